//! Invoices, and what is paid of them.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::{Event, amount, currency, from_invoice};
use crate::webhooks::{Context, Fault, Object, Reading, object::cut};

/// An invoice.
#[derive(Debug, Clone)]
pub struct Invoice<'a> {
    /// Id.
    pub id: &'a str,
    /// Number; none on drafts.
    pub number: Option<&'a str>,
    /// `draft`, `open`, `paid`, `uncollectible` or `void`.
    pub status: &'a str,
    /// Whose.
    pub customer: Option<&'a str>,
    /// Name of the customer on it.
    pub customer_name: Option<&'a str>,
    /// E-mail of the customer on it.
    pub customer_email: Option<&'a str>,
    /// ISO 4217.
    pub currency: String,
    /// Total.
    pub total: i64,
    /// To be paid, less balance and credit notes before payment.
    pub amount_due: i64,
    /// Paid so far.
    pub amount_paid: i64,
    /// Still to be paid.
    pub amount_remaining: i64,
    /// Credit notes before payment.
    pub credited: i64,
    /// Made.
    pub created: Option<DateTime<Utc>>,
    /// Due; none when collected at once.
    pub due: Option<DateTime<Utc>>,
    /// No longer a draft since.
    pub finalized: Option<DateTime<Utc>>,
    /// Paid since.
    pub paid: Option<DateTime<Utc>>,
    /// `charge_automatically` or `send_invoice`.
    pub collection_method: &'a str,
    /// Attempts to collect.
    pub attempt_count: i64,
    /// Next attempt.
    pub next_payment_attempt: Option<DateTime<Utc>>,
    /// Where the customer pays.
    pub hosted_url: Option<&'a str>,
    object: Object<'a>,
}

impl<'a> Invoice<'a> {
    /// Reads an invoice of either shape.
    ///
    /// # Errors
    /// When it is none.
    pub fn of(object: Object<'a>) -> Result<Self, Fault> {
        let moments = object.inside("status_transitions", "status_transitions");
        let moment = |name: &str| moments.and_then(|moments| moments.epoch(name));
        Ok(Self {
            id: object.needed("id")?,
            number: object.text("number"),
            status: object.text("status").unwrap_or("draft"),
            customer: object.reference("customer"),
            customer_name: object.text("customer_name"),
            customer_email: object.text("customer_email"),
            currency: currency(&object)?,
            total: object.needed_number("total")?,
            amount_due: object.needed_number("amount_due")?,
            amount_paid: object.number("amount_paid").unwrap_or_default(),
            amount_remaining: object.number("amount_remaining").unwrap_or_default(),
            credited: object.number("pre_payment_credit_notes_amount").unwrap_or_default(),
            created: object.epoch("created"),
            due: object.epoch("due_date"),
            finalized: moment("finalized_at"),
            paid: moment("paid_at"),
            collection_method: object.text("collection_method").unwrap_or("charge_automatically"),
            attempt_count: object.number("attempt_count").unwrap_or_default(),
            next_payment_attempt: object.epoch("next_payment_attempt"),
            hosted_url: object.text("hosted_invoice_url"),
            object,
        })
    }

    fn is_automatic(&self) -> bool {
        self.collection_method == "charge_automatically"
    }

    /// Stripe still tries to collect it: chasing beside that would be twice.
    fn is_being_collected(&self) -> bool {
        self.is_automatic() && self.status == "open" && (self.next_payment_attempt.is_some() || self.attempt_count == 0)
    }

    /// Inside a second, the later state is the newer one.
    fn state(&self) -> i64 {
        ["draft", "open", "paid", "uncollectible", "void"].iter().position(|word| *word == self.status).map_or(1, |at| at as i64) * 10
    }

    /// What is paid in all: out of band too, where nothing was paid through Stripe.
    fn paid_in_all(&self) -> i64 {
        if self.status == "paid" { self.amount_paid.max(self.amount_due.saturating_sub(self.amount_remaining)) } else { self.amount_paid }
    }

    /// Ids of its payments, in either shape.
    fn payments(&self) -> Vec<&'a str> {
        let mut ids: Vec<&str> = ["charge", "payment_intent"].iter().filter_map(|name| self.object.reference(name)).collect();
        if let Some(list) = self.object.inside("payments", "payments") {
            let each = list.list("data", "a payment").filter_map(|one| one.inside("payment", "the payment"));
            ids.extend(each.flat_map(|one| ["charge", "payment_intent"].map(|name| one.reference(name))).flatten());
        }
        ids
    }
}

pub(super) fn read(event: &Event<'_>, invoice: &Invoice<'_>, context: &Context<'_>) -> Result<Reading, Fault> {
    let Some(number) = invoice.number.filter(|_| invoice.status != "draft") else {
        return Ok(Reading::ignored(format!("{}: a draft is owed by nobody", event.kind)));
    };
    let Some(customer) = invoice.customer else {
        return Ok(Reading::ignored(format!("{}: the invoice names no customer", event.kind)));
    };
    if invoice.total < 0 {
        return Ok(Reading::ignored(format!("{}: a negative invoice is owed by nobody", event.kind)));
    }
    let mut reading = Reading::default();
    reading.link(Some(invoice.id), customer);
    for payment in invoice.payments() {
        reading.link(Some(payment), invoice.id);
    }
    from_invoice(&mut reading, customer, invoice.customer_name, invoice.customer_email, context);
    let issued = invoice.object.epoch("effective_at").or(invoice.finalized).or(invoice.created).unwrap_or(event.created);
    let due = invoice.due.or_else(|| invoice.is_automatic().then_some(issued));
    let version = event.version(invoice.state());
    reading.state(
        "invoice.updated",
        json!({"external_id": invoice.id, "source_version": version, "number": number, "customer_external_id": customer,
               "issued_on": context.day(issued).to_string(), "due_on": due.map(|due| context.day(due).to_string()),
               "currency": invoice.currency, "total": amount(invoice.total, &invoice.currency),
               "payable": amount(invoice.amount_due.saturating_add(invoice.credited), &invoice.currency),
               "direct_debit": invoice.is_being_collected(), "payment_url": invoice.hosted_url,
               "document_url": invoice.object.text("invoice_pdf"), "origin": cut(invoice.object.text("description"), 500),
               "voided": matches!(invoice.status, "void" | "uncollectible")}),
    );
    let paid = invoice.paid_in_all();
    if paid > 0 {
        let on = context.day(invoice.paid.unwrap_or(event.created));
        let paid = amount(paid, &invoice.currency);
        reading.state(
            "payment.received",
            json!({"external_id": invoice.id, "source_version": version, "customer_external_id": customer, "amount": paid,
                   "currency": invoice.currency, "paid_on": on.to_string(), "reference": number,
                   "allocations": [{"invoice_external_id": invoice.id, "amount": paid}]}),
        );
    }
    Ok(reading)
}
