//! The facts behind a decision, short enough to be kept with it and long enough to argue about.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use super::snapshot::{Hold, InvoiceFacts, Promise, Snapshot, StepRecord, Unapplied};

/// What was known when it was decided, as JSON: amounts as plain decimals, no addresses and no names.
pub fn facts_summary(snapshot: &Snapshot) -> impl Serialize + '_ {
    Summary {
        customer_kind: snapshot.customer.kind.as_str(),
        invoices: snapshot.invoices.iter().map(InvoiceSummary::of).collect(),
        unapplied: snapshot.unapplied.iter().map(CashSummary::of).collect(),
        holds: snapshot.holds.iter().map(HoldSummary::of).collect(),
        promises: snapshot.promises.iter().map(PromiseSummary::of).collect(),
        reminders_standing: snapshot.reminders.len(),
        payments_complete_until: snapshot.payments_complete_until,
        ledger_differs: snapshot.ledger_differs,
    }
}

#[derive(Serialize)]
struct Summary<'a> {
    customer_kind: &'static str,
    invoices: Vec<InvoiceSummary<'a>>,
    unapplied: Vec<CashSummary>,
    holds: Vec<HoldSummary<'a>>,
    promises: Vec<PromiseSummary>,
    reminders_standing: usize,
    payments_complete_until: Option<DateTime<Utc>>,
    ledger_differs: bool,
}

#[derive(Serialize)]
struct InvoiceSummary<'a> {
    invoice_id: String,
    number: &'a str,
    due_on: NaiveDate,
    currency: &'a str,
    amount_due: String,
    disputed: String,
    steps: Vec<StepSummary<'a>>,
}

impl<'a> InvoiceSummary<'a> {
    fn of(invoice: &'a InvoiceFacts) -> Self {
        let money = |minor| invoice.currency.minor(minor).plain();
        Self {
            invoice_id: invoice.id.to_string(),
            number: &invoice.number,
            due_on: invoice.due_on,
            currency: invoice.currency.code(),
            amount_due: money(invoice.amount_due),
            disputed: money(invoice.disputed),
            steps: invoice.steps.iter().map(StepSummary::of).collect(),
        }
    }
}

#[derive(Serialize)]
struct StepSummary<'a> {
    step_key: &'a str,
    outcome: &'static str,
    done_on: NaiveDate,
    granted_until: Option<NaiveDate>,
}

impl<'a> StepSummary<'a> {
    fn of(step: &'a StepRecord) -> Self {
        Self { step_key: &step.step_key, outcome: step.outcome.as_str(), done_on: step.done_on, granted_until: step.granted_until }
    }
}

#[derive(Serialize)]
struct CashSummary {
    amount: String,
    currency: String,
}

impl CashSummary {
    fn of(cash: &Unapplied) -> Self {
        Self { amount: cash.money.plain(), currency: cash.money.currency.code().to_owned() }
    }
}

#[derive(Serialize)]
struct HoldSummary<'a> {
    hold_id: String,
    scope: &'static str,
    reason: &'a str,
    until_on: Option<NaiveDate>,
}

impl<'a> HoldSummary<'a> {
    fn of(hold: &'a Hold) -> Self {
        Self { hold_id: hold.id.to_string(), scope: hold.scope.as_str(), reason: &hold.reason, until_on: hold.until_on }
    }
}

#[derive(Serialize)]
struct PromiseSummary {
    promise_id: String,
    amount: String,
    currency: String,
    promised_on: NaiveDate,
}

impl PromiseSummary {
    fn of(promise: &Promise) -> Self {
        Self {
            promise_id: promise.id.to_string(),
            amount: promise.amount.plain(),
            currency: promise.amount.currency.code().to_owned(),
            promised_on: promise.promised_on,
        }
    }
}
