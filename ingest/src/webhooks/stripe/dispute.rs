//! Disputes of payments: money that is asked back, and money that is gone.

use serde_json::json;

use super::{Event, amount, currency};
use crate::webhooks::{Context, Fault, Object, Reading};

/// Reasons of a bank, not of a customer: the debit came back, nobody argues.
const BANK: &[&str] = &["insufficient_funds", "bank_cannot_process", "debit_not_authorized", "incorrect_account_details"];

/// A dispute.
#[derive(Debug, Clone)]
pub struct Dispute<'a> {
    /// Id.
    pub id: &'a str,
    /// ISO 4217.
    pub currency: String,
    /// `warning_needs_response`, `needs_response`, `under_review`, `won`, `lost`…
    pub status: &'a str,
    /// Amount.
    pub amount: i64,
    /// Why.
    pub reason: &'a str,
    /// The charge.
    pub charge: Option<&'a str>,
    /// The intent.
    pub payment_intent: Option<&'a str>,
}

impl<'a> Dispute<'a> {
    /// Reads a dispute.
    ///
    /// # Errors
    /// When it is none.
    pub fn of(object: Object<'a>) -> Result<Self, Fault> {
        Ok(Self {
            id: object.needed("id")?,
            currency: currency(&object)?,
            status: object.needed("status")?,
            amount: object.needed_number("amount")?,
            reason: object.text("reason").unwrap_or("general"),
            charge: object.reference("charge"),
            payment_intent: object.reference("payment_intent"),
        })
    }
}

pub(super) fn read(event: &Event<'_>, dispute: &Dispute<'_>, context: &Context<'_>) -> Result<Reading, Fault> {
    let closed = event.kind == "charge.dispute.closed";
    if !closed && event.kind != "charge.dispute.created" {
        return Ok(Reading::ignored(format!("{}: the dispute's beginning and end are followed", event.kind)));
    }
    let names: Vec<&str> = [dispute.payment_intent, dispute.charge].into_iter().flatten().collect();
    let Some(invoice) = names.iter().find_map(|name| context.links.get(*name)) else {
        let name = names.first().ok_or_else(|| Fault::new("the dispute names neither charge nor payment intent"))?;
        return Ok(Reading::waiting(*name, format!("which invoice {name} pays: its events have not come")));
    };
    let mut reading = Reading::default();
    if !closed {
        reading.state(
            "dispute.opened",
            json!({"external_id": dispute.id, "invoice_external_id": invoice, "amount": amount(dispute.amount, &dispute.currency),
                   "reason_code": dispute.reason}),
        );
        return Ok(reading);
    }
    let lost = dispute.status == "lost";
    if lost {
        let on = context.day(event.created).to_string();
        reading.state("payment.reversed", json!({"external_id": invoice, "on": on, "reason_code": dispute.reason}));
    }
    // a customer who got money back by arguing is not chased before a person has looked
    if !lost || BANK.contains(&dispute.reason) {
        reading.state("dispute.resolved", json!({"external_id": dispute.id, "outcome": "rejected"}));
    }
    Ok(reading)
}
