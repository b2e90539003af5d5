//! What was withheld, why, and for how many days.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::{
    dunning::{Decision, Language, Reason, Snapshot},
    ids::{CustomerId, InvoiceId},
};

/// Reasons that say how things go, not that something is withheld.
const PASSING: [&str; 13] = [
    "step_due",
    "step_not_due",
    "step_waived",
    "reminder_planned",
    "promise_kept",
    "promise_broken",
    "nothing_due",
    "ladder_completed",
    "window_closed",
    "balance_changed",
    "contact_changed",
    "superseded",
    "owner_told",
];

/// Something due that a reason kept back, from one day until before another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withheld {
    /// Customer.
    pub customer_id: CustomerId,
    /// Invoice; `None`: what it concerns is the customer's.
    pub invoice_id: Option<InvoiceId>,
    /// Code of the reason.
    pub code: String,
    /// Its sentence when it began.
    pub message: String,
    /// Article of law, where there is one.
    pub citation: Option<String>,
    /// First day, in the customer's zone.
    pub from: NaiveDate,
    /// The first day on which it was lifted, or the end of the simulation.
    pub until: NaiveDate,
}

impl Withheld {
    /// How many days.
    pub fn days(&self) -> i64 {
        self.until.signed_duration_since(self.from).num_days()
    }
}

type Key = (String, Option<InvoiceId>);

/// Reasons in force, with the day on which they began.
#[derive(Default)]
pub(super) struct Keeping {
    open: BTreeMap<Key, Withheld>,
    pub closed: Vec<Withheld>,
}

impl Keeping {
    /// Notes what a decision withholds on `today` (the customer's day). Of an invoice only what is overdue counts:
    /// before, nothing is asked that could be withheld.
    pub fn note(&mut self, snapshot: &Snapshot, decision: &Decision, today: NaiveDate, tenant_today: NaiveDate) {
        let overdue = |id: &InvoiceId| {
            snapshot.invoices.iter().any(|invoice| invoice.id == *id && invoice.amount_due > 0 && invoice.due_on < tenant_today)
        };
        let counts = |reason: &&Reason| {
            !PASSING.contains(&reason.code.as_str())
                && reason.rule.as_str() != "second_look"
                && reason.invoice_id.as_ref().is_none_or(overdue)
        };
        let now: BTreeMap<Key, &Reason> =
            decision.reasons.iter().filter(counts).map(|reason| ((reason.code.as_str().to_owned(), reason.invoice_id), reason)).collect();
        let ended: Vec<Key> = self.open.keys().filter(|key| !now.contains_key(*key)).cloned().collect();
        for key in ended {
            self.close(&key, today);
        }
        for (key, reason) in now {
            self.open.entry(key).or_insert_with_key(|(code, invoice_id)| Withheld {
                customer_id: snapshot.customer_id,
                invoice_id: *invoice_id,
                code: code.clone(),
                message: reason.message(Language::English),
                citation: reason.citation.clone(),
                from: today,
                until: today,
            });
        }
    }

    /// Everything ends on that day.
    pub fn end(&mut self, on: NaiveDate) {
        let all: Vec<Key> = self.open.keys().cloned().collect();
        for key in all {
            self.close(&key, on);
        }
    }

    /// What did not last until another day withheld nothing that a reader could miss.
    fn close(&mut self, key: &Key, on: NaiveDate) {
        if let Some(withheld) = self.open.remove(key).filter(|withheld| withheld.from < on) {
            self.closed.push(Withheld { until: on, ..withheld });
        }
    }
}
