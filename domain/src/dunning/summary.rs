//! The facts behind a decision, short enough to be kept with it and long enough to argue about.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::Serialize;

use super::snapshot::{Hold, InvoiceFacts, Promise, Snapshot, StepRecord, Unapplied};
use crate::{
    behaviour::{self, Sign},
    calendar::{local_day, parse_zone},
};

/// What was known when it was decided, as JSON: amounts as plain decimals, no addresses and no names.
pub fn facts_summary(snapshot: &Snapshot, now: DateTime<Utc>) -> impl Serialize + '_ {
    Summary {
        customer_kind: snapshot.customer.kind.as_str(),
        invoices: snapshot.invoices.iter().map(InvoiceSummary::of).collect(),
        unapplied: snapshot.unapplied.iter().map(CashSummary::of).collect(),
        holds: snapshot.holds.iter().map(HoldSummary::of).collect(),
        promises: snapshot.promises.iter().map(PromiseSummary::of).collect(),
        reminders_standing: snapshot.reminders.len(),
        payments_complete_until: snapshot.payments_complete_until,
        ledger_differs: snapshot.ledger_differs,
        payer: payer(snapshot, now),
    }
}

/// How the customer paid, by currency of what is open, where a step of the policy asks for it.
fn payer(snapshot: &Snapshot, now: DateTime<Utc>) -> BTreeMap<String, PayerSummary> {
    let asks = snapshot.policy.as_ref().is_some_and(|version| version.policy.steps.iter().any(|step| step.payer.is_some()));
    let zone = parse_zone(&snapshot.settings.time_zone).unwrap_or(Tz::Europe__Paris);
    let seen = |invoice: &InvoiceFacts| {
        let seen = behaviour::seen(snapshot, invoice.currency, local_day(now, zone));
        let (average, late_share_percent, broken_promises) = (seen.average_tenths, seen.late_percent, seen.broken_promises);
        let average_days_late = format!("{}.{}", average / 10, average % 10);
        let signs = seen.signs.into_iter().map(Sign::as_str).collect();
        (invoice.currency.code().to_owned(), PayerSummary { average_days_late, late_share_percent, broken_promises, signs })
    };
    snapshot.invoices.iter().filter(|_| asks).map(seen).collect()
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
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    payer: BTreeMap<String, PayerSummary>,
}

#[derive(Serialize)]
struct PayerSummary {
    average_days_late: String,
    late_share_percent: i64,
    broken_promises: u32,
    signs: Vec<&'static str>,
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
