//! What forbids chasing an invoice now: one mechanism, each with who, since when, until when and what lifts it.

mod claim;
mod money;
mod people;

use chrono::{DateTime, NaiveDate, Utc};

use super::{
    context::{Context, is_open, next_day, plus_days},
    expiries::Settled,
};
use crate::{
    dunning::{
        Change, Params, Why,
        decision::{Held, Reason},
        snapshot::InvoiceFacts,
    },
    ids::{HoldId, InvoiceId},
};

/// One thing that forbids chasing one invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    pub invoice: InvoiceId,
    pub reason: Reason,
    /// Known end.
    pub until: Option<DateTime<Utc>>,
    /// What would lift it, for `would_change`.
    pub lifted_by: Change,
}

/// Everything that forbids, by invoice.
pub(super) struct Blocks(Vec<Block>);

impl Blocks {
    pub fn all(&self) -> impl Iterator<Item = &Block> {
        self.0.iter()
    }

    pub fn of(&self, invoice: InvoiceId) -> impl Iterator<Item = &Block> {
        self.0.iter().filter(move |block| block.invoice == invoice)
    }

    pub fn is_blocked(&self, invoice: InvoiceId) -> bool {
        self.of(invoice).next().is_some()
    }
}

struct Finder<'a, 'c> {
    context: &'c Context<'a>,
    invoice: &'a InvoiceFacts,
    found: Vec<Block>,
}

/// A block in the making.
struct New {
    code: Why,
    params: Params,
    rule: &'static str,
    placed_by: String,
    since: Option<DateTime<Utc>>,
    until: Option<DateTime<Utc>>,
    lifted_by: Change,
    hold_id: Option<HoldId>,
}

impl New {
    /// One without a known beginning or end.
    fn of(code: Why, params: Params, rule: &'static str, placed_by: &str, lifted_by: Change) -> Self {
        Self { code, params, rule, placed_by: placed_by.to_owned(), since: None, until: None, lifted_by, hold_id: None }
    }
}

/// Looks for everything that forbids chasing each open invoice.
pub(super) fn find(context: &Context<'_>, settled: &Settled<'_>) -> Blocks {
    let mut all = Vec::new();
    for invoice in context.snapshot.invoices.iter().filter(|invoice| is_open(invoice)) {
        let mut finder = Finder { context, invoice, found: Vec::new() };
        finder.policy();
        finder.holds(settled);
        finder.promise(settled);
        finder.dispute();
        finder.direct_debit();
        finder.einvoice();
        finder.time_bar();
        finder.payment_data();
        finder.unapplied_cash();
        finder.own_errors();
        all.append(&mut finder.found);
    }
    Blocks(all)
}

impl Finder<'_, '_> {
    fn add(&mut self, new: New) {
        let New { code, params, rule, placed_by, since, until, lifted_by, hold_id } = new;
        let held = Held { placed_by, since, until, lifted_by, hold_id };
        let reason = Reason { held: Some(Box::new(held)), ..Reason::new(code, params, rule, Some(self.invoice.id)) };
        self.found.push(Block { invoice: self.invoice.id, reason, until, lifted_by });
    }

    /// The instant at which a day that is held to its end is over, for the tenant.
    fn end_of(&self, day: NaiveDate) -> DateTime<Utc> {
        self.context.tenant_day_start(next_day(day))
    }

    fn policy(&mut self) {
        if self.context.policy.is_none() {
            self.add(New::of(Why::PolicyNotActive, Params::default(), "policy.activation", "policy", Change::ActivatePolicy));
        }
    }
}

/// When a direct debit that is neither paid nor returned becomes somebody's task.
pub(super) fn debit_task_day(context: &Context<'_>, invoice: &InvoiceFacts) -> Option<NaiveDate> {
    let days = context.policy.as_ref()?.policy.direct_debit_wait_days?;
    invoice.direct_debit.then(|| plus_days(invoice.due_on, i64::from(days)))
}
