//! Payments on their own: first news of what the invoice's own events say better.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::{amount, currency};
use crate::webhooks::{Context, Fault, Object, Reading};

/// Version of what a charge says: it loses against the others.
const CHARGED: i64 = 1;
/// Version of what an invoice payment says: it loses against every event of the invoice itself.
const SETTLED: i64 = 2;

/// A charge.
#[derive(Debug, Clone)]
pub struct Charge<'a> {
    /// Id.
    pub id: &'a str,
    /// ISO 4217.
    pub currency: String,
    /// `succeeded`, `pending` or `failed`.
    pub status: &'a str,
    /// Whose.
    pub customer: Option<&'a str>,
    /// Amount.
    pub amount: i64,
    /// Given back.
    pub refunded: i64,
    /// Its invoice; only before `2025-03-31.basil`.
    pub invoice: Option<&'a str>,
    /// Its intent.
    pub payment_intent: Option<&'a str>,
    /// Why it failed.
    pub failure_code: Option<&'a str>,
    /// The same in words.
    pub failure_message: Option<&'a str>,
    /// `card`, `sepa_debit`…
    pub method: Option<&'a str>,
    /// When.
    pub created: Option<DateTime<Utc>>,
}

impl<'a> Charge<'a> {
    /// Reads a charge.
    ///
    /// # Errors
    /// When it is none.
    pub fn of(object: Object<'a>) -> Result<Self, Fault> {
        Ok(Self {
            id: object.needed("id")?,
            currency: currency(&object)?,
            status: object.needed("status")?,
            customer: object.reference("customer"),
            amount: object.needed_number("amount")?,
            refunded: object.number("amount_refunded").unwrap_or_default(),
            invoice: object.reference("invoice"),
            payment_intent: object.reference("payment_intent"),
            failure_code: object.text("failure_code"),
            failure_message: object.text("failure_message"),
            method: object.inside("payment_method_details", "payment_method_details").and_then(|details| details.text("type")),
            created: object.epoch("created"),
        })
    }
}

pub(super) fn charge(charge: &Charge<'_>, context: &Context<'_>) -> Result<Reading, Fault> {
    let (Some(invoice), Some(customer)) = (charge.invoice, charge.customer) else {
        return Ok(Reading::ignored("the charge names no invoice: the invoice's own events say what is paid"));
    };
    let mut reading = Reading::default();
    reading.link(Some(charge.id), invoice);
    reading.link(charge.payment_intent, invoice);
    reading.link(Some(invoice), customer);
    if charge.status == "succeeded" && charge.amount > 0 {
        let on = context.day(charge.created.unwrap_or(context.received_at));
        let paid = amount(charge.amount, &charge.currency);
        reading.mention(
            "payment.received",
            json!({"external_id": invoice, "source_version": CHARGED, "customer_external_id": customer, "amount": paid,
                   "currency": charge.currency, "paid_on": on.to_string(), "method": charge.method,
                   "allocations": [{"invoice_external_id": invoice, "amount": paid}]}),
        );
    }
    Ok(reading)
}

/// A payment of an invoice, since `2025-03-31.basil`.
#[derive(Debug, Clone)]
pub struct InvoicePayment<'a> {
    /// Id.
    pub id: &'a str,
    /// As written.
    pub currency: String,
    /// `open`, `paid` or `canceled`.
    pub status: &'a str,
    /// The invoice.
    pub invoice: Option<&'a str>,
    /// Paid.
    pub amount_paid: Option<i64>,
    /// Asked for.
    pub amount_requested: Option<i64>,
    /// `payment_intent` or `charge`.
    pub payment_type: Option<&'a str>,
    payment: Vec<&'a str>,
    is_default: bool,
    paid_at: Option<DateTime<Utc>>,
}

impl<'a> InvoicePayment<'a> {
    /// Reads a payment.
    ///
    /// # Errors
    /// When it is none.
    pub fn of(object: Object<'a>) -> Result<Self, Fault> {
        let payment = object.inside("payment", "the payment");
        let ids = ["payment_intent", "charge"].iter().filter_map(|name| payment?.reference(name)).collect();
        Ok(Self {
            id: object.needed("id")?,
            currency: currency(&object)?,
            status: object.needed("status")?,
            invoice: object.reference("invoice"),
            amount_paid: object.number("amount_paid"),
            amount_requested: object.number("amount_requested"),
            payment_type: payment.and_then(|payment| payment.text("type")),
            payment: ids,
            is_default: object.is("is_default"),
            paid_at: object.inside("status_transitions", "status_transitions").and_then(|moments| moments.epoch("paid_at")),
        })
    }
}

pub(super) fn invoice_payment(payment: &InvoicePayment<'_>, context: &Context<'_>) -> Result<Reading, Fault> {
    let invoice = payment.invoice.ok_or_else(|| Fault::new("the invoice payment names no invoice"))?;
    let mut reading = Reading::default();
    for id in &payment.payment {
        reading.link(Some(id), invoice);
    }
    let paid = payment.amount_paid.filter(|amount| *amount > 0);
    let Some(paid) = paid.filter(|_| payment.is_default) else {
        reading.ignored.push("a part of what is paid: the invoice's own events say how much in all".to_owned());
        return Ok(reading);
    };
    let Some(customer) = context.links.get(invoice) else {
        reading.waits.push((Some(invoice.to_owned()), format!("whose invoice {invoice} is")));
        return Ok(reading);
    };
    let on = context.day(payment.paid_at.unwrap_or(context.received_at));
    let paid = amount(paid, &payment.currency);
    reading.mention(
        "payment.received",
        json!({"external_id": invoice, "source_version": SETTLED, "customer_external_id": customer, "amount": paid,
               "currency": payment.currency, "paid_on": on.to_string(),
               "allocations": [{"invoice_external_id": invoice, "amount": paid}]}),
    );
    Ok(reading)
}
