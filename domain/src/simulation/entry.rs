//! How a policy comes into force for a customer: with a plan for the backlog, or by moving the running case.

use std::sync::Arc;

use chrono::{DateTime, Duration, NaiveDate, Utc};

use super::{course::Course, state::State};
use crate::{
    dunning::{InvoiceFacts, StepOutcome, StepRecord},
    ids::InvoiceId,
    policy::{Backlog, Policy, moved},
};

/// How a customer comes under a policy at the beginning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// The policy takes in what it finds overdue.
    TakenIn {
        /// What happens to it.
        backlog: Backlog,
        /// The first look comes so many days later, as first looks are spread.
        wait_days: u16,
    },
    /// Its running case moves from this version.
    MovedFrom(Arc<Policy>),
}

impl Entry {
    /// Takes in what is overdue at the beginning as an activation does, or moves the running case as a migration does; says
    /// when the first look is.
    pub(super) fn apply(&self, state: &mut State, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let today = state.tenant_day(now);
        let Some(policy) = state.snapshot.policy.as_ref().map(|version| Arc::clone(&version.policy)) else { return Some(now) };
        let overdue = |invoice: &&InvoiceFacts| invoice.due_on < today || matches!(self, Entry::MovedFrom(_));
        let open = state.snapshot.invoices.iter().filter(|invoice| invoice.amount_due > 0 && !invoice.voided).filter(overdue);
        let waived = |invoice: &InvoiceFacts| match self {
            Entry::TakenIn { backlog, .. } => backlog.waives(&policy, (today - invoice.due_on).num_days()),
            Entry::MovedFrom(old) => {
                let done: Vec<&str> = invoice.steps.iter().map(|record| record.step_key.as_str()).collect();
                moved(old, &policy, &done).waived
            }
        };
        let found: Vec<(InvoiceId, Vec<String>)> = open.map(|invoice| (invoice.id, waived(invoice))).collect();
        let (reason, wait_days) = match self {
            Entry::TakenIn { wait_days, .. } if !found.is_empty() => ("backlog", *wait_days),
            Entry::TakenIn { .. } => ("backlog", 0),
            Entry::MovedFrom(_) => ("migrated", 0),
        };
        for (invoice, step_key) in found.into_iter().flat_map(|(invoice, keys)| keys.into_iter().map(move |key| (invoice, key))) {
            let reason = Some(reason.to_owned());
            let record = StepRecord { step_key, outcome: StepOutcome::Waived, done_on: today, granted_until: None, reason };
            state.step_done(invoice, record);
        }
        Some(now + Duration::days(i64::from(wait_days)))
    }
}

/// The oldest due date of what is open and overdue at the beginning; `None`: nothing is.
pub fn overdue_since(course: &Course, from: DateTime<Utc>) -> Option<NaiveDate> {
    let mut state = State::new(course.snapshot.clone());
    for dated in course.news.iter().take_while(|dated| dated.at < from) {
        state.hear(&dated.news, dated.at);
    }
    let today = state.tenant_day(from);
    let open = state.snapshot.invoices.iter().filter(|invoice| invoice.amount_due > 0 && !invoice.voided);
    open.map(|invoice| invoice.due_on).filter(|due_on| *due_on < today).min()
}
