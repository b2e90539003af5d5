//! What forbids chasing an invoice now: one mechanism, each with who, until when and what lifts it.

use chrono::{DateTime, Duration, Utc};

use super::{
    cash,
    context::{Context, is_open, next_day, plus_days},
    expiries::Settled,
    selfcheck,
};
use crate::{
    dunning::{
        decision::Reason,
        snapshot::{Hold, HoldScope, InvoiceFacts},
    },
    ids::InvoiceId,
};

/// One thing that forbids chasing one invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    pub invoice: InvoiceId,
    pub reason: Reason,
    /// Known end.
    pub until: Option<DateTime<Utc>>,
    /// What would lift it, for `would_change`.
    pub lifted_by: String,
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

impl Finder<'_, '_> {
    fn add(&mut self, code: &str, message: String, rule: &str, citation: Option<&str>, until: Option<DateTime<Utc>>, lifted_by: &str) {
        let reason = Reason {
            code: code.to_owned(),
            message,
            rule: rule.to_owned(),
            citation: citation.map(str::to_owned),
            invoice_id: Some(self.invoice.id),
        };
        self.found.push(Block { invoice: self.invoice.id, reason, until, lifted_by: lifted_by.to_owned() });
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
        finder.payment_data();
        finder.unapplied_cash();
        finder.own_errors();
        all.append(&mut finder.found);
    }
    Blocks(all)
}

impl Finder<'_, '_> {
    fn policy(&mut self) {
        if self.context.policy.is_none() {
            let message = "No dunning policy is active for this customer.".to_owned();
            self.add("policy_not_active", message, "policy.activation", None, None, "activating a policy that applies to this customer");
        }
    }

    fn holds(&mut self, settled: &Settled<'_>) {
        for hold in settled.holds.iter().filter(|hold| covers(hold, self.invoice)) {
            let until = hold.until_on.map(|day| self.context.tenant_day_start(next_day(day)));
            let end = hold.until_on.map_or_else(String::new, |day| format!(" until {day}"));
            let insolvency = hold.reason == "insolvency";
            let code = if insolvency { "insolvency" } else { "held" };
            let citation = insolvency.then_some("C. com. L622-7, L622-21");
            let message = format!("A hold on the {} ({}) rests the chase{end}.", hold.scope.as_str(), hold.reason);
            self.add(code, message, "holds", citation, until, "releasing the hold");
        }
    }

    fn promise(&mut self, settled: &Settled<'_>) {
        for promise in &settled.promises {
            if promise.invoices.is_empty() || promise.invoices.contains(&self.invoice.id) {
                let until = self.context.tenant_day_start(next_day(promise.grace_until_on));
                let message = format!("{} {} are promised for {}.", promise.amount, promise.amount.currency, promise.promised_on);
                self.add("promise_open", message, "policy.promise", None, Some(until), "the promised payment, or the promise being broken");
            }
        }
    }

    fn dispute(&mut self) {
        if self.invoice.disputed >= self.invoice.amount_due {
            let message = format!("Invoice {} is disputed.", self.invoice.number);
            self.add("disputed", message, "holds.dispute", None, None, "resolving the dispute");
        }
    }

    fn direct_debit(&mut self) {
        if self.invoice.direct_debit {
            let message = format!("Invoice {} is collected by direct debit.", self.invoice.number);
            self.add("direct_debit_pending", message, "holds.direct_debit", None, None, "the debit being paid or returned");
        }
    }

    fn payment_data(&mut self) {
        if self.context.snapshot.ledger_differs {
            let message = "The open items of the source differ from the ledger.".to_owned();
            self.add("ledger_differs", message, "freshness.open_items", None, None, "open items that agree");
        }
        let Some(policy) = &self.context.policy else { return };
        let known = self.context.snapshot.payments_complete_until;
        let limit = match (policy.policy.data_max_age_hours, policy.policy.heartbeat_max_age_hours) {
            (Some(hours), _) => Some((hours, "policy.data_max_age_hours")),
            (None, Some(hours)) if known.is_some() => Some((hours, "policy.heartbeat_max_age_hours")),
            _ => None,
        };
        let Some((hours, rule)) = limit else { return };
        let fresh = known.is_some_and(|until| until + Duration::hours(i64::from(hours)) >= self.context.now);
        if !fresh {
            let told = known.map_or("no heartbeat has said so yet".to_owned(), |until| format!("they are known until {until}"));
            let message = format!("Payments must be known within {hours} hours; {told}.");
            let look = self.context.tenant_day_start(next_day(self.context.tenant_today));
            self.add("payment_data_stale", message, rule, None, Some(look), "a heartbeat of the source");
        }
    }

    fn unapplied_cash(&mut self) {
        let cash = cash::of(self.context, self.invoice.currency);
        if cash.holds > 0 {
            let message =
                format!("{} {} came in that match no invoice yet.", self.invoice.currency.minor(cash.holds), self.invoice.currency);
            let until = cash.until.map(|day| self.context.day_start(next_day(day)));
            self.add("unapplied_cash", message, "policy.unapplied_cash", None, until, "allocating the unapplied cash");
        }
    }

    fn own_errors(&mut self) {
        for missing in selfcheck::faults(self.context, self.invoice) {
            let message = format!("Before anybody is chased: {}.", missing.mend);
            self.add("own_error_suspected", message, "selfcheck", missing.citation, None, missing.mend);
        }
    }
}

fn covers(hold: &Hold, invoice: &InvoiceFacts) -> bool {
    let scope = match hold.scope {
        HoldScope::Tenant | HoldScope::Customer(_) => true,
        HoldScope::Invoice(id) => id == invoice.id,
        HoldScope::Contact(_) => false, // only that person is left in peace: see `contact`
    };
    scope && hold.before_on.is_none_or(|day| invoice.issued_on < day)
}

/// When a direct debit that is neither paid nor returned becomes somebody's task.
pub(super) fn debit_task_day(context: &Context<'_>, invoice: &InvoiceFacts) -> Option<chrono::NaiveDate> {
    let days = context.policy.as_ref()?.policy.direct_debit_wait_days?;
    invoice.direct_debit.then(|| plus_days(invoice.due_on, i64::from(days)))
}
