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
        Change, Param, Params, Why,
        decision::Reason,
        params,
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

impl Finder<'_, '_> {
    fn add(&mut self, code: Why, params: Params, rule: &str, until: Option<DateTime<Utc>>, lifted_by: Change) {
        let reason = Reason::new(code, params, rule, Some(self.invoice.id));
        self.found.push(Block { invoice: self.invoice.id, reason, until, lifted_by });
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
            self.add(Why::PolicyNotActive, Params::default(), "policy.activation", None, Change::ActivatePolicy);
        }
    }

    fn holds(&mut self, settled: &Settled<'_>) {
        for hold in settled.holds.iter().filter(|hold| covers(hold, self.invoice)) {
            let until = hold.until_on.map(|day| self.context.tenant_day_start(next_day(day)));
            let end = hold.until_on.map_or_else(|| Param::Word("lifted".to_owned()), Param::Day);
            let (code, params) = match hold.before_on {
                Some(day) if hold.reason == "insolvency" => (Why::Insolvency, params![day = day]),
                _ => (Why::Held, params![scope = hold.scope, cause = Param::Word(hold.reason.clone()), end = end]),
            };
            self.add(code, params, "holds", until, Change::ReleaseHold);
        }
    }

    fn promise(&mut self, settled: &Settled<'_>) {
        for promise in &settled.promises {
            if promise.invoices.is_empty() || promise.invoices.contains(&self.invoice.id) {
                let until = self.context.tenant_day_start(next_day(promise.grace_until_on));
                let params = params![amount = promise.amount, day = promise.promised_on];
                self.add(Why::PromiseOpen, params, "policy.promise", Some(until), Change::PromiseSettled);
            }
        }
    }

    fn dispute(&mut self) {
        if self.invoice.disputed >= self.invoice.amount_due {
            self.add(Why::Disputed, params![invoice = &self.invoice.number], "holds.dispute", None, Change::ResolveDispute);
        }
    }

    fn direct_debit(&mut self) {
        if self.invoice.direct_debit {
            let params = params![invoice = &self.invoice.number];
            self.add(Why::DirectDebitPending, params, "holds.direct_debit", None, Change::DebitSettled);
        }
    }

    fn payment_data(&mut self) {
        if self.context.snapshot.ledger_differs {
            self.add(Why::LedgerDiffers, Params::default(), "freshness.open_items", None, Change::ItemsAgree);
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
            let known = known.map_or_else(|| Param::Word("never".to_owned()), Param::At);
            let look = self.context.tenant_day_start(next_day(self.context.tenant_today));
            self.add(Why::PaymentDataStale, params![hours = hours, known = known], rule, Some(look), Change::Heartbeat);
        }
    }

    fn unapplied_cash(&mut self) {
        let cash = cash::of(self.context, self.invoice.currency);
        if cash.holds > 0 {
            let params = params![amount = self.invoice.currency.minor(cash.holds)];
            let until = cash.until.map(|day| self.context.day_start(next_day(day)));
            self.add(Why::UnappliedCash, params, "policy.unapplied_cash", until, Change::AllocateCash);
        }
    }

    fn own_errors(&mut self) {
        for missing in selfcheck::faults(self.context, self.invoice) {
            self.add(Why::OwnErrorSuspected, params![mend = missing.mend], "selfcheck", None, missing.mend);
            if let Some(block) = self.found.last_mut() {
                block.reason.citation = missing.citation.map(str::to_owned);
            }
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
