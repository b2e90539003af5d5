//! Invoices.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use relance_domain::{facts::Fact, invoice::InvoiceDetails, money::Money};
use relance_openapi::invoice::InvoiceInput;

use super::Reader;
use crate::problem::Answer;

/// The fact that an invoice's snapshot states; pointers begin with `prefix`.
///
/// # Errors
/// 422 with every fault.
pub fn invoice(external_id: String, body: InvoiceInput, prefix: &str) -> Answer<Fact> {
    let mut read = Reader::new(prefix);
    let source_version = read.version(body.source_version);
    let customer_external_id = read.external_id("customer_external_id", body.customer_external_id.clone());
    let (total, payable) = amounts(&mut read, &body);
    let issued_on = read.day("issued_on", &body.issued_on);
    let due_on = read.maybe_day("due_on", body.due_on.as_deref());
    // placeholders stand only where a fault was noted: then there is no fact
    let total = total.unwrap_or(relance_domain::money::Currency::EUR.minor(0));
    let basis = Basis { total, payable: payable.unwrap_or(total), issued_on: issued_on.unwrap_or_default(), due_on };
    let details = details(&mut read, body, basis);
    let details = Box::new(read.some(Some(details))?);
    Ok(Fact::Invoice { external_id, source_version, customer_external_id, details, due_on_missing: due_on.is_none() })
}

/// (total, payable)
fn amounts(read: &mut Reader, body: &InvoiceInput) -> (Option<Money>, Option<Money>) {
    let Some(currency) = read.currency(&body.currency) else { return (None, None) };
    let (total_at, payable_at) = (read.at("total"), read.at("payable"));
    let total = read.faults.not_negative(&total_at, &body.total, currency);
    let payable = body.payable.as_deref().and_then(|text| read.faults.money(&payable_at, text, currency));
    (total, payable)
}

struct Basis {
    total: Money,
    payable: Money,
    issued_on: NaiveDate,
    due_on: Option<NaiveDate>,
}

fn details(read: &mut Reader, body: InvoiceInput, basis: Basis) -> InvoiceDetails {
    InvoiceDetails {
        number: read.text("number", body.number, 200),
        kind: read.maybe("kind", body.kind, 40).unwrap_or_else(|| "invoice".to_owned()),
        issued_on: basis.issued_on,
        due_on: basis.due_on.unwrap_or(basis.issued_on),
        currency: basis.total.currency,
        total: basis.total.minor,
        payable: basis.payable.minor,
        payment_reference: read.maybe("payment_reference", body.payment_reference, 200),
        direct_debit: body.direct_debit.unwrap_or_default(),
        service_done_on: read.maybe_day("service_done_on", body.service_done_on.as_deref()),
        delivered_on: read.maybe_day("delivered_on", body.delivered_on.as_deref()),
        received_on: read.maybe_day("received_on", body.received_on.as_deref()),
        document_url: read.url("document_url", body.document_url),
        payment_url: read.url("payment_url", body.payment_url),
        origin: read.maybe("origin", body.origin, 500),
        purchase_order: read.maybe("purchase_order", body.purchase_order, 200),
        buyer_reference: read.maybe("buyer_reference", body.buyer_reference, 200),
        delivery_reference: read.maybe("delivery_reference", body.delivery_reference, 200),
        payee_name: read.maybe("payee_name", body.payee_name, 300),
        payee_iban: read.iban("payee_iban", body.payee_iban),
        factored: body.factored.unwrap_or_default(),
        voided: body.voided.unwrap_or_default(),
        einvoice: None,
        provenance: BTreeMap::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_the_required_fields_are_required() {
        let body =
            json!({"source_version":1,"number":"F1","customer_external_id":"C1","issued_on":"2026-09-01","currency":"EUR","total":"1200"});
        let Ok(Fact::Invoice { details, due_on_missing, .. }) = invoice("I1".to_owned(), crate::body::value(body, "").unwrap(), "") else {
            panic!()
        };
        assert_eq!((details.total, details.payable, due_on_missing), (120_000, 120_000, true));
    }

    #[test]
    fn amounts_are_exact_strings() {
        for (field, value) in [("total", json!(12)), ("total", json!("1.005")), ("payable", json!("1e3"))] {
            let mut body =
                json!({"source_version":1,"number":"F1","customer_external_id":"C1","issued_on":"2026-09-01","currency":"EUR","total":"1"});
            body[field] = value;
            let refusal = crate::body::value(body, "").and_then(|body| invoice("I1".to_owned(), body, "")).unwrap_err();
            assert_eq!((refusal.code.as_str(), refusal.errors[0].pointer.as_str()), ("money_precision", format!("/{field}").as_str()));
        }
    }
}
