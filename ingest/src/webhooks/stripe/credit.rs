//! Credit notes: the part that lowers what is still to be paid. The rest was given back, or stands on Stripe's balance
//! of the customer, which lowers the next invoice by itself.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::{Event, amount, currency};
use crate::webhooks::{Context, Fault, Object, Reading};

/// A credit note.
#[derive(Debug, Clone)]
pub struct CreditNote<'a> {
    id: &'a str,
    number: Option<&'a str>,
    status: &'a str,
    customer: Option<&'a str>,
    invoice: Option<&'a str>,
    currency: String,
    before_payment: i64,
    issued: Option<DateTime<Utc>>,
}

impl<'a> CreditNote<'a> {
    /// Reads a credit note.
    ///
    /// # Errors
    /// When it is none.
    pub fn of(object: Object<'a>) -> Result<Self, Fault> {
        let total = object.needed_number("total")?;
        let all = object.text("type") == Some("pre_payment");
        Ok(Self {
            id: object.needed("id")?,
            number: object.text("number"),
            status: object.text("status").unwrap_or("issued"),
            customer: object.reference("customer"),
            invoice: object.reference("invoice"),
            currency: currency(&object)?,
            before_payment: object.number("pre_payment_amount").unwrap_or(if all { total } else { 0 }),
            issued: object.epoch("effective_at").or_else(|| object.epoch("created")),
        })
    }
}

pub(super) fn read(event: &Event<'_>, note: &CreditNote<'_>, context: &Context<'_>) -> Result<Reading, Fault> {
    if note.before_payment <= 0 {
        return Ok(Reading::ignored(format!("{}: it lowers nothing that is still to be paid", event.kind)));
    }
    if note.status == "void" {
        return Err(Fault::new(format!("credit note {} was voided: take it back by hand, credit notes cannot be withdrawn here", note.id)));
    }
    let customer = note.customer.ok_or_else(|| Fault::new("the credit note names no customer"))?;
    let mut reading = Reading::default();
    reading.state(
        "credit_note.issued",
        json!({"external_id": note.id, "source_version": event.version(0), "number": note.number.unwrap_or(note.id),
               "customer_external_id": customer, "issued_on": context.day(note.issued.unwrap_or(event.created)).to_string(),
               "currency": note.currency, "total": amount(note.before_payment, &note.currency), "invoice_external_id": note.invoice}),
    );
    Ok(reading)
}
