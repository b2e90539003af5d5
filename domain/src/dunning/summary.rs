//! The facts behind a decision, short enough to be kept with it and long enough to argue about.

use serde_json::{Value, json};

use super::snapshot::{HoldScope, Snapshot};

/// What was known when it was decided: amounts as plain decimals, no addresses and no names.
pub fn facts_summary(snapshot: &Snapshot) -> Value {
    let invoices: Vec<Value> = snapshot
        .invoices
        .iter()
        .map(|invoice| {
            let money = |minor| invoice.currency.minor(minor).plain();
            let steps: Vec<Value> = invoice
                .steps
                .iter()
                .map(|step| json!({"step_key": step.step_key, "outcome": step.outcome.as_str(), "done_on": step.done_on, "granted_until": step.granted_until}))
                .collect();
            json!({
                "invoice_id": invoice.id.to_string(),
                "number": invoice.number,
                "due_on": invoice.due_on,
                "currency": invoice.currency.code(),
                "amount_due": money(invoice.amount_due),
                "disputed": money(invoice.disputed),
                "steps": steps,
            })
        })
        .collect();
    let unapplied: Vec<Value> =
        snapshot.unapplied.iter().map(|cash| json!({"amount": cash.money.plain(), "currency": cash.money.currency.code()})).collect();
    let holds: Vec<Value> = snapshot
        .holds
        .iter()
        .map(|hold| json!({"hold_id": hold.id.to_string(), "scope": scope(hold.scope), "reason": hold.reason, "until_on": hold.until_on}))
        .collect();
    let promises: Vec<Value> = snapshot
        .promises
        .iter()
        .map(|promise| json!({"promise_id": promise.id.to_string(), "amount": promise.amount.plain(), "currency": promise.amount.currency.code(), "promised_on": promise.promised_on}))
        .collect();
    json!({
        "customer_kind": snapshot.customer.kind.as_str(),
        "invoices": invoices,
        "unapplied": unapplied,
        "holds": holds,
        "promises": promises,
        "reminders_standing": snapshot.reminders.len(),
        "payments_complete_until": snapshot.payments_complete_until,
        "ledger_differs": snapshot.ledger_differs,
    })
}

fn scope(scope: HoldScope) -> &'static str {
    scope.as_str()
}
