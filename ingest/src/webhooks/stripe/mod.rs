//! Stripe: fat events of two shapes (before and since `2025-03-31.basil`), unordered and repeated.
//!
//! Stripe's invoice is followed: what is due here is its `amount_remaining`. Its payments come as one payment that goes
//! by the invoice's id and says what is paid in all, so that neither order nor repetition nor shape matters, and
//! nothing counts twice. Versions are the event's `created` with the invoice's state behind it, because several
//! events of one second are usual.

mod credit;
mod customer;
mod dispute;
mod invoice;
mod money;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

pub use credit::CreditNote;
pub use customer::Customer;
pub use dispute::Dispute;
pub use invoice::Invoice;
pub use money::{Charge, InvoicePayment};

use super::{Context, Fault, Names, Object, Reading, decimal};

/// An event.
#[derive(Debug, Clone, Copy)]
pub struct Event<'a> {
    /// Type.
    pub kind: &'a str,
    /// When it happened.
    pub created: DateTime<Utc>,
    /// What it is about.
    pub object: Object<'a>,
}

impl<'a> Event<'a> {
    /// Reads an event.
    ///
    /// # Errors
    /// When it is none.
    pub fn of(body: &'a Value) -> Result<Self, Fault> {
        let event = Object::of(body, "the event")?;
        let created = event.epoch("created").ok_or_else(|| Fault::new("the event has no readable created"))?;
        let data = event.inside("data", "data").ok_or_else(|| Fault::new("the event has no data"))?;
        let object = data.inside("object", "the object").ok_or_else(|| Fault::new("the event has no data.object"))?;
        Ok(Self { kind: event.needed("type")?, created, object })
    }

    /// A version that grows with time, and with `state` inside a second.
    fn version(&self, state: i64) -> i64 {
        self.created.timestamp().saturating_mul(1_000).saturating_add(state)
    }
}

/// Digits behind the point of an amount as Stripe writes it: ISO 4217 but for these.
pub fn decimals(currency: &str) -> u32 {
    const NONE: &[&str] = &["BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"];
    const THREE: &[&str] = &["BHD", "JOD", "KWD", "OMR", "TND"];
    if NONE.contains(&currency) {
        0
    } else if THREE.contains(&currency) {
        3
    } else {
        2
    }
}

/// An amount in our form.
fn amount(minor: i64, currency: &str) -> String {
    decimal(minor, decimals(currency))
}

fn currency(object: &Object<'_>) -> Result<String, Fault> {
    object.needed("currency").map(str::to_uppercase)
}

/// What has to be looked up first: the invoice of a disputed payment, the customer of an invoice's payment.
pub(super) fn names(body: &Value) -> Names {
    let Ok(event) = Event::of(body) else { return Names::default() };
    let links: Vec<&str> = match event.object.text("object") {
        Some("dispute") => [event.object.reference("payment_intent"), event.object.reference("charge")].into_iter().flatten().collect(),
        Some("invoice_payment") => event.object.reference("invoice").into_iter().collect(),
        _ => Vec::new(),
    };
    Names { links: links.into_iter().map(str::to_owned).collect(), ..Names::default() }
}

/// Translates an event.
pub(super) fn read(body: &Value, context: &Context<'_>) -> Result<Reading, Fault> {
    let event = Event::of(body)?;
    let Event { kind, object, .. } = event;
    match (kind, object.text("object").unwrap_or_default()) {
        ("invoice.deleted" | "invoice.upcoming", _) => Ok(Reading::ignored(format!("{kind}: nothing is owed by it"))),
        (_, "invoice") if kind.starts_with("invoice.") => invoice::read(&event, &Invoice::of(object)?, context),
        ("invoice_payment.paid", _) => money::invoice_payment(&InvoicePayment::of(object)?, context),
        ("customer.created" | "customer.updated", "customer") => Ok(customer::read(&event, &Customer::of(object)?, context)),
        ("charge.succeeded" | "charge.updated" | "charge.captured", "charge") => money::charge(&Charge::of(object)?, context),
        ("charge.refunded", _) => Ok(Reading::ignored(
            "charge.refunded: what you give back does not become due again; a credit note on an open invoice is followed",
        )),
        ("charge.failed" | "payment_intent.payment_failed", _) => {
            Ok(Reading::ignored(format!("{kind}: an attempt that failed changes nothing that is owed")))
        }
        (_, "dispute") if kind.starts_with("charge.dispute.") => dispute::read(&event, &Dispute::of(object)?, context),
        ("credit_note.created" | "credit_note.updated" | "credit_note.voided", "credit_note") => {
            credit::read(&event, &CreditNote::of(object)?, context)
        }
        _ => Ok(Reading::ignored(format!("{kind}: nothing here is about what is owed"))),
    }
}

/// What an event on an invoice says of its customer, who may not be known otherwise: the oldest version there is.
fn from_invoice(reading: &mut Reading, id: &str, name: Option<&str>, email: Option<&str>, context: &Context<'_>) {
    let shown = name.or(email).unwrap_or(id);
    reading.mention(
        "customer.upserted",
        json!({"external_id": id, "source_version": 1, "kind": context.customer_kind, "name": super::object::cut(Some(shown), 300),
               "contacts": super::object::contacts(name, email, None)}),
    );
}
