//! Chargebee: fat; each object has its `resource_version`. Its invoice is followed: what is due here is its `amount_due`.

use serde_json::{Value, json};

use super::{
    Context, Fault, Object, Reading, decimal,
    object::{address, contacts, cut},
};

pub(super) fn read(body: &Value, context: &Context<'_>) -> Result<Reading, Fault> {
    let event = Object::of(body, "the event")?;
    let kind = event.needed("event_type")?;
    let content = event.inside("content", "the content").ok_or_else(|| Fault::new("the event has no content"))?;
    let mut reading = Reading::default();
    if let Some(object) = content.inside("customer", "the customer") {
        reading.join(customer(object, context)?);
    }
    match (content.inside("invoice", "the invoice"), content.inside("credit_note", "the credit note")) {
        _ if kind == "invoice_deleted" => reading.join(Reading::ignored("invoice_deleted: say so with invoice.voided if it was chased")),
        (Some(object), _) => reading.join(invoice(kind, object, context)?),
        (None, Some(object)) => reading.join(credit_note(kind, object, context)?),
        (None, None) if content.inside("transaction", "the transaction").is_some() => {
            reading.join(Reading::ignored(format!("{kind}: the events of its invoices say what is paid")));
        }
        (None, None) if reading.statements.is_empty() => {
            reading.join(Reading::ignored(format!("{kind}: nothing here is about what is owed")));
        }
        (None, None) => {}
    }
    Ok(reading)
}

fn amount(minor: i64, currency: &str) -> String {
    let exponent = currency.parse::<relance_domain::money::Currency>().map_or(2, relance_domain::money::Currency::exponent);
    decimal(minor, u32::from(exponent))
}

/// Milliseconds; by arrival where there is none.
fn version(object: &Object<'_>, context: &Context<'_>) -> i64 {
    object.number("resource_version").unwrap_or_else(|| context.arrival_version())
}

fn customer(object: Object<'_>, context: &Context<'_>) -> Result<Reading, Fault> {
    let id = object.needed("id")?;
    let person = [object.text("first_name"), object.text("last_name")].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let person = Some(person.as_str()).filter(|name| !name.is_empty());
    let (company, email) = (object.text("company"), object.text("email"));
    let kind = if company.is_some() || object.text("vat_number").is_some() { "business" } else { context.customer_kind };
    let home = object.inside("billing_address", "the address");
    let part = |name: &str| home.and_then(|home| home.text(name));
    let mut reading = Reading::default();
    reading.mention(
        "customer.upserted",
        json!({"external_id": id, "source_version": version(&object, context), "kind": kind,
               "name": cut(Some(company.or(person).or(email).unwrap_or(id)), 300), "vat_id": cut(object.text("vat_number"), 40),
               "address": address([part("line1"), part("line2")], part("zip"), part("city"), part("country")),
               "contacts": contacts(person, email, object.text("phone"))}),
    );
    Ok(reading)
}

fn invoice(kind: &str, object: Object<'_>, context: &Context<'_>) -> Result<Reading, Fault> {
    let (id, status) = (object.needed("id")?, object.text("status").unwrap_or_default());
    if status == "pending" {
        return Ok(Reading::ignored(format!("{kind}: an invoice that is not closed is owed by nobody")));
    }
    let customer = object.needed("customer_id")?;
    let currency = object.needed("currency_code")?.to_uppercase();
    let minor = |name: &str| object.number(name).unwrap_or_default();
    let (paid, version) = (minor("amount_paid"), version(&object, context));
    let issued = object.epoch("date").unwrap_or(context.received_at);
    let due = object.epoch("due_date").or_else(|| object.number("net_term_days").filter(|days| *days == 0).map(|_| issued));
    // adjusted by credit notes, which come on their own; credits of earlier ones and write-offs lower what is to be paid
    let payable = minor("amount_due").saturating_add(paid).saturating_add(minor("amount_adjusted"));
    let retries = object.text("dunning_status") == Some("in_progress");
    let mut reading = Reading::default();
    reading.state(
        "invoice.updated",
        json!({"external_id": id, "source_version": version, "number": id, "customer_external_id": customer,
               "issued_on": context.day(issued).to_string(), "due_on": due.map(|due| context.day(due).to_string()), "currency": currency,
               "total": amount(minor("total"), &currency), "payable": amount(payable, &currency), "direct_debit": retries,
               "purchase_order": cut(object.text("po_number"), 200), "voided": status == "voided"}),
    );
    if paid > 0 {
        let on = context.day(object.epoch("paid_at").unwrap_or(context.received_at));
        let paid = amount(paid, &currency);
        reading.state(
            "payment.received",
            json!({"external_id": id, "source_version": version, "customer_external_id": customer, "amount": paid, "currency": currency,
                   "paid_on": on.to_string(), "reference": id, "allocations": [{"invoice_external_id": id, "amount": paid}]}),
        );
    }
    Ok(reading)
}

fn credit_note(kind: &str, object: Object<'_>, context: &Context<'_>) -> Result<Reading, Fault> {
    if object.text("type") != Some("adjustment") {
        return Ok(Reading::ignored(format!("{kind}: it lowers the invoices it is applied to, whose events say so")));
    }
    let (id, currency) = (object.needed("id")?, object.needed("currency_code")?.to_uppercase());
    if object.text("status") == Some("voided") {
        return Err(Fault::new(format!("credit note {id} was voided: take it back by hand, credit notes cannot be withdrawn here")));
    }
    let issued = context.day(object.epoch("date").unwrap_or(context.received_at));
    let mut reading = Reading::default();
    reading.state(
        "credit_note.issued",
        json!({"external_id": id, "source_version": version(&object, context), "number": id,
               "customer_external_id": object.needed("customer_id")?, "issued_on": issued.to_string(), "currency": currency,
               "total": amount(object.needed_number("total")?, &currency), "invoice_external_id": object.text("reference_invoice_id")}),
    );
    Ok(reading)
}
