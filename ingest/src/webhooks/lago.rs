//! Lago: fat, without versions: what comes later is newer.
//!
//! Payments come as objects of their own (receipts, payments made by hand), or only as the state of their invoice. What
//! an invoice says is paid beyond the payments known goes by one payment under the invoice's id; a payment that comes
//! after that is in it already.

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::{
    Context, Fault, Names, Object, Reading, decimal,
    object::{address, contacts, cut},
};

/// An invoice.
#[derive(Debug, Clone)]
pub struct Invoice<'a> {
    /// Id.
    pub id: &'a str,
    /// Number.
    pub number: Option<&'a str>,
    /// Day of issue.
    pub issued_on: Option<NaiveDate>,
    /// Due.
    pub due_on: Option<NaiveDate>,
    /// ISO 4217.
    pub currency: &'a str,
    /// To be paid in all.
    pub total: i64,
    /// Still to be paid.
    pub due: i64,
    /// `draft`, `finalized`, `voided`…
    pub status: &'a str,
    /// `pending`, `succeeded` or `failed`.
    pub payment_status: &'a str,
    /// `subscription`, `one_off`…
    pub kind: Option<&'a str>,
    /// Overdue by Lago's count.
    pub overdue: bool,
    /// Whose.
    pub customer: Customer<'a>,
    file_url: Option<&'a str>,
}

/// A customer.
#[derive(Debug, Clone, Copy)]
pub struct Customer<'a> {
    /// The seller's own id of it.
    pub id: &'a str,
    /// Name.
    pub name: Option<&'a str>,
    /// E-mail.
    pub email: Option<&'a str>,
    object: Object<'a>,
}

impl<'a> Invoice<'a> {
    /// Reads an invoice.
    ///
    /// # Errors
    /// When it is none.
    pub fn of(object: Object<'a>) -> Result<Self, Fault> {
        let customer = object.inside("customer", "the customer").ok_or_else(|| Fault::new("the invoice names no customer"))?;
        let total = object.needed_number("total_amount_cents")?;
        let payment_status = object.text("payment_status").unwrap_or("pending");
        let unpaid = if payment_status == "succeeded" { 0 } else { total };
        Ok(Self {
            id: object.needed("lago_id")?,
            number: object.text("number"),
            issued_on: object.day("issuing_date"),
            due_on: object.day("payment_due_date"),
            currency: object.needed("currency")?,
            total,
            due: object.number("total_due_amount_cents").unwrap_or(unpaid),
            status: object.text("status").unwrap_or("finalized"),
            payment_status,
            kind: object.text("invoice_type"),
            overdue: object.is("payment_overdue"),
            customer: Customer::of(customer)?,
            file_url: object.text("file_url"),
        })
    }
}

impl<'a> Customer<'a> {
    /// Reads a customer.
    ///
    /// # Errors
    /// When it is none.
    pub fn of(object: Object<'a>) -> Result<Self, Fault> {
        Ok(Self { id: object.needed("external_id")?, name: object.text("name"), email: object.text("email"), object })
    }

    fn state(&self, reading: &mut Reading, context: &Context<'_>) {
        let text = |name: &str| self.object.text(name);
        let legal = text("legal_name").or(self.name);
        let firm = text("customer_type") == Some("company") || text("tax_identification_number").is_some();
        let kind = match text("customer_type") {
            Some("individual") => "consumer",
            _ if firm => "business",
            _ => context.customer_kind,
        };
        // the first mail of a list; Lago separates several by commas
        let email = self.email.and_then(|list| list.split(',').next());
        reading.mention(
            "customer.upserted",
            json!({"external_id": self.id, "kind": kind, "name": cut(Some(legal.or(self.email).unwrap_or(self.id)), 300),
                   "source_version": self.object.instant("updated_at").map_or(1, |at| at.timestamp_millis().max(1)),
                   "vat_id": cut(text("tax_identification_number"), 40),
                   "address": address([text("address_line1"), text("address_line2")], text("zipcode"), text("city"), text("country")),
                   "contacts": contacts(self.name, email, text("phone"))}),
        );
    }
}

/// A payment.
#[derive(Debug, Clone)]
pub struct Payment<'a> {
    /// Id.
    pub id: &'a str,
    /// Invoices.
    pub invoices: Vec<&'a str>,
    /// Amount.
    pub amount: i64,
    /// ISO 4217.
    pub currency: &'a str,
    /// `pending`, `succeeded` or `failed`.
    pub status: &'a str,
    /// Reference.
    pub reference: Option<&'a str>,
    /// `manual` or `provider`.
    pub kind: Option<&'a str>,
    customer: Option<&'a str>,
    created: Option<chrono::DateTime<chrono::Utc>>,
}

impl<'a> Payment<'a> {
    /// Reads a payment.
    ///
    /// # Errors
    /// When it is none.
    pub fn of(object: Object<'a>) -> Result<Self, Fault> {
        let invoices = object.value().get("invoice_ids").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        Ok(Self {
            id: object.needed("lago_id")?,
            invoices: invoices.iter().filter_map(Value::as_str).collect(),
            amount: object.needed_number("amount_cents")?,
            currency: object.needed("amount_currency")?,
            status: object.text("payment_status").or_else(|| object.text("status")).unwrap_or("pending"),
            reference: object.text("reference"),
            kind: object.text("type"),
            customer: object.text("external_customer_id"),
            created: object.instant("created_at"),
        })
    }
}

/// The object of an event: under its own name, as `object_type` says.
fn about(body: &Value) -> Result<(&str, &str, Object<'_>), Fault> {
    let event = Object::of(body, "the event")?;
    let kind = event.text("webhook_type").unwrap_or_default();
    for name in ["invoice", "payment_receipt", "payment", "credit_note", "customer"] {
        if let Some(object) = event.inside(name, "the object").filter(|_| event.text("object_type").is_none_or(|word| word == name)) {
            let payment = if name == "payment_receipt" { object.inside("payment", "the payment") } else { None };
            return Ok(payment.map_or((kind, name, object), |payment| (kind, "payment", payment)));
        }
    }
    Ok((kind, "", event))
}

/// What is paid of the invoices it speaks of, and whose they are.
pub(super) fn names(body: &Value) -> Names {
    let Ok((_, what, object)) = about(body) else { return Names::default() };
    let invoices: Vec<String> = match what {
        "invoice" => object.text("lago_id").map(str::to_owned).into_iter().collect(),
        "payment" => Payment::of(object).map(|payment| payment.invoices.into_iter().map(str::to_owned).collect()).unwrap_or_default(),
        _ => Vec::new(),
    };
    let links = if what == "payment" { invoices.clone() } else { Vec::new() };
    Names { links, invoices, ..Names::default() }
}

pub(super) fn read(body: &Value, context: &Context<'_>) -> Result<Reading, Fault> {
    let (kind, what, object) = about(body)?;
    match what {
        "invoice" => invoice(kind, &Invoice::of(object)?, context),
        "payment" => payment(&Payment::of(object)?, context),
        "credit_note" => credit_note(object, context),
        "customer" if matches!(kind, "customer.created" | "customer.updated") => {
            let mut reading = Reading::default();
            Customer::of(object)?.state(&mut reading, context);
            Ok(reading)
        }
        _ => Ok(Reading::ignored(format!("{kind}: nothing here is about what is owed"))),
    }
}

fn amount(minor: i64, currency: &str) -> String {
    // Lago's cents are minor units of ISO 4217
    let exponent = currency.parse::<relance_domain::money::Currency>().map_or(2, relance_domain::money::Currency::exponent);
    decimal(minor, u32::from(exponent))
}

fn invoice(kind: &str, invoice: &Invoice<'_>, context: &Context<'_>) -> Result<Reading, Fault> {
    let Some(number) = invoice.number.filter(|_| !matches!(invoice.status, "draft" | "generating" | "open" | "failed" | "pending")) else {
        return Ok(Reading::ignored(format!("{kind}: an invoice that is not final is owed by nobody")));
    };
    let mut reading = Reading::default();
    reading.link(Some(invoice.id), invoice.customer.id);
    invoice.customer.state(&mut reading, context);
    let issued = invoice.issued_on.unwrap_or_else(|| context.day(context.received_at));
    let total = amount(invoice.total, invoice.currency);
    let version = context.arrival_version();
    reading.state(
        "invoice.updated",
        json!({"external_id": invoice.id, "source_version": version, "number": number, "customer_external_id": invoice.customer.id,
               "issued_on": issued.to_string(), "due_on": invoice.due_on.map(|day| day.to_string()), "currency": invoice.currency,
               "total": total, "document_url": invoice.file_url, "voided": invoice.status == "voided"}),
    );
    let known = context.paid.get(invoice.id).copied().unwrap_or_default();
    let paid = if invoice.payment_status == "succeeded" { invoice.total } else { invoice.total.saturating_sub(invoice.due) };
    let rest = paid.saturating_sub(known.by_payments);
    if rest > 0 && invoice.status != "voided" {
        let rest = amount(rest, invoice.currency);
        reading.state(
            "payment.received",
            json!({"external_id": invoice.id, "source_version": version, "customer_external_id": invoice.customer.id, "amount": rest,
                   "currency": invoice.currency, "paid_on": context.day(context.received_at).to_string(), "reference": number,
                   "allocations": [{"invoice_external_id": invoice.id, "amount": rest}]}),
        );
    }
    Ok(reading)
}

fn payment(payment: &Payment<'_>, context: &Context<'_>) -> Result<Reading, Fault> {
    if payment.status != "succeeded" || payment.amount <= 0 {
        return Ok(Reading::ignored(format!("a payment that is {} pays nothing", payment.status)));
    }
    let first = payment.invoices.first().copied();
    let linked = first.and_then(|invoice| context.links.get(invoice)).map(String::as_str);
    let Some(customer) = payment.customer.or(linked) else {
        let invoice = first.ok_or_else(|| Fault::new("the payment names neither invoice nor customer"))?;
        return Ok(Reading::waiting(invoice, format!("whose invoice {invoice} is")));
    };
    let counted = |invoice: &&str| context.paid.get(*invoice).map_or(0, |paid| paid.in_all);
    if payment.invoices.iter().map(counted).sum::<i64>() >= payment.amount {
        return Ok(Reading::ignored("its invoice says already that it is paid: this payment is in it"));
    }
    let on = context.day(payment.created.unwrap_or(context.received_at));
    let paid = amount(payment.amount, payment.currency);
    // how much of it is for which of several invoices it does not say
    let parts = match payment.invoices.as_slice() {
        [one] => json!([{"invoice_external_id": one, "amount": paid}]),
        _ => Value::Null,
    };
    let mut reading = Reading::default();
    reading.state(
        "payment.received",
        json!({"external_id": payment.id, "customer_external_id": customer, "amount": paid, "currency": payment.currency,
               "paid_on": on.to_string(), "method": payment.kind, "reference": cut(payment.reference, 500), "allocations": parts}),
    );
    Ok(reading)
}

fn credit_note(object: Object<'_>, context: &Context<'_>) -> Result<Reading, Fault> {
    // what is credited stands on Lago's balance of the customer, and lowers the total of the next invoice by itself
    let offset = object.number("offset_amount_cents").unwrap_or_default();
    if offset <= 0 {
        return Ok(Reading::ignored("a credit note that lowers nothing still to be paid"));
    }
    let (id, invoice) = (object.needed("lago_id")?, object.needed("lago_invoice_id")?);
    let customer = object.inside("customer", "the customer").ok_or_else(|| Fault::new("the credit note names no customer"))?;
    let currency = object.needed("currency")?;
    let issued = object.day("issuing_date").unwrap_or_else(|| context.day(context.received_at));
    let mut reading = Reading::default();
    reading.state(
        "credit_note.issued",
        json!({"external_id": id, "source_version": context.arrival_version(), "number": object.text("number").unwrap_or(id),
               "customer_external_id": Customer::of(customer)?.id, "issued_on": issued.to_string(), "currency": currency,
               "total": amount(offset, currency), "invoice_external_id": invoice}),
    );
    Ok(reading)
}
