//! Other people's webhooks: what is read equals what a reference extractor read.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so by ending")]

mod common;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use relance_domain::connector::{ConnectorConfig, ConnectorKind};
use relance_ingest::webhooks::{Context, Delivery, Object, gocardless, lago, names, read, shopify, stripe, thin, verify};
use serde_json::{Value, json};

fn instant(at: Option<DateTime<Utc>>) -> Value {
    at.map_or(Value::Null, |at| at.format("%Y-%m-%dT%H:%M:%SZ").to_string().into())
}

fn stripe_object(value: &Value) -> Value {
    let object = Object::of(value, "the object").unwrap();
    let kind = object.text("object").unwrap();
    let mut read = match kind {
        "invoice" => {
            let invoice = stripe::Invoice::of(object).unwrap();
            json!({"id": invoice.id, "currency": invoice.currency, "status": invoice.status, "customer": invoice.customer,
                "number": invoice.number, "total_minor": invoice.total, "amount_due_minor": invoice.amount_due,
                "amount_paid_minor": invoice.amount_paid, "amount_remaining_minor": invoice.amount_remaining,
                "created": instant(invoice.created), "due": instant(invoice.due), "finalized": instant(invoice.finalized),
                "collection_method": invoice.collection_method, "attempt_count": invoice.attempt_count,
                "next_payment_attempt": instant(invoice.next_payment_attempt), "customer_name": invoice.customer_name,
                "customer_email": invoice.customer_email, "hosted_url": invoice.hosted_url})
        }
        "charge" => {
            let charge = stripe::Charge::of(object).unwrap();
            json!({"id": charge.id, "currency": charge.currency, "status": charge.status, "customer": charge.customer,
                "amount_minor": charge.amount, "refunded_minor": charge.refunded, "failure_code": charge.failure_code,
                "failure_message": charge.failure_message, "invoice": charge.invoice, "payment_intent": charge.payment_intent,
                "method": charge.method})
        }
        "dispute" => {
            let dispute = stripe::Dispute::of(object).unwrap();
            json!({"id": dispute.id, "currency": dispute.currency, "status": dispute.status, "amount_minor": dispute.amount,
                "reason": dispute.reason, "charge": dispute.charge})
        }
        "customer" => {
            let customer = stripe::Customer::of(object).unwrap();
            json!({"id": customer.id, "name": customer.name, "email": customer.email})
        }
        "invoice_payment" => {
            let payment = stripe::InvoicePayment::of(object).unwrap();
            json!({"id": payment.id, "currency": payment.currency, "status": payment.status, "amount_paid_minor": payment.amount_paid,
                "amount_requested_minor": payment.amount_requested, "invoice": payment.invoice, "payment": {"type": payment.payment_type}})
        }
        // nothing of it is read: the invoice's own events say what is paid
        "payment_intent" => json!({}),
        other => panic!("{other}"),
    };
    read["object"] = kind.into();
    read
}

/// What our readers make of a file, in the words of the reference extractor.
fn ours(name: &str, body: &Value) -> Value {
    let words = name.trim_end_matches(".json");
    match name.split('_').next().unwrap() {
        "stripe" if words.starts_with("stripe_event") => {
            let event = stripe::Event::of(body).unwrap();
            json!({"event_id": body["id"], "event_type": event.kind, "created": instant(Some(event.created)), "data": stripe_object(event.object.value())})
        }
        "stripe" => json!({"data": stripe_object(body)}),
        "lago" if words == "lago_invoice" => {
            let invoice = lago::Invoice::of(Object::of(&body["invoice"], "invoice").unwrap()).unwrap();
            json!({"id": invoice.id, "number": invoice.number, "issue_date": invoice.issued_on, "due_date": invoice.due_on,
                "currency": invoice.currency, "total_minor": invoice.total, "due_minor": invoice.due, "status": invoice.status,
                "payment_status": invoice.payment_status, "type": invoice.kind, "customer": invoice.customer.id,
                "customer_name": invoice.customer.name, "customer_email": invoice.customer.email, "overdue": invoice.overdue})
        }
        "lago" => {
            let payment = lago::Payment::of(Object::of(&body["payment"], "payment").unwrap()).unwrap();
            json!({"id": payment.id, "invoices": payment.invoices, "amount_minor": payment.amount, "currency": payment.currency,
                "status": payment.status, "reference": payment.reference, "type": payment.kind})
        }
        "shopify" => {
            let order = shopify::order(body).unwrap();
            json!({"id": order.id.parse::<i64>().unwrap(), "number": order.number, "currency": order.currency, "total": order.total,
                "financial_status": order.financial_status, "email": order.email, "gateway": order.gateway})
        }
        "gocardless" => {
            let each = |event: &gocardless::Event<'_>| {
                json!({"id": event.id, "resource": event.resource, "action": event.action, "cause": event.cause,
                    "reason_code": event.reason_code, "scheme": event.scheme})
            };
            json!({"events": gocardless::events(body).unwrap().iter().map(each).collect::<Vec<_>>()})
        }
        _ => {
            let each = |event: &thin::XeroEvent<'_>| json!({"resource_id": event.resource_id, "category": event.category, "type": event.kind, "tenant": event.tenant});
            json!({"events": thin::xero_events(body).unwrap().iter().map(each).collect::<Vec<_>>()})
        }
    }
}

/// Every member that we read stands in `expected` with the same value.
fn compare(place: &str, ours: &Value, expected: &Value) -> usize {
    match (ours, expected) {
        (Value::Object(ours), Value::Object(expected)) => ours
            .iter()
            .map(|(name, value)| compare(&format!("{place}/{name}"), value, expected.get(name).unwrap_or_else(|| panic!("{place}/{name}"))))
            .sum(),
        (Value::Array(ours), Value::Array(expected)) => {
            assert_eq!(ours.len(), expected.len(), "{place}");
            ours.iter().zip(expected).enumerate().map(|(at, (ours, expected))| compare(&format!("{place}/{at}"), ours, expected)).sum()
        }
        _ => {
            assert_eq!(ours, expected, "{place}");
            1
        }
    }
}

#[test]
fn what_is_read_equals_what_is_expected() {
    let Some(folder) = common::shared().map(|root| root.join("samples/webhooks")) else { return };
    let load = |name: &str| -> Value { serde_json::from_slice(&std::fs::read(folder.join(name)).unwrap()).unwrap() };
    let expected = load("expected.json");
    let mut compared = 0;
    for (name, expected) in expected.as_object().unwrap() {
        if matches!(name.as_str(), "xero_invoices.json" | "xero_contacts.json") {
            continue; // answers of Xero's API, which nothing here asks
        }
        compared += compare(name, &ours(name, &load(name)), expected);
    }
    assert!(compared > 150, "{compared} values compared");
}

fn context(kind: ConnectorKind, body: &Value) -> Context<'static> {
    let _ = names(kind, body);
    Context {
        zone: "Europe/Paris".parse().unwrap(),
        received_at: "2026-10-01T08:00:00Z".parse().unwrap(),
        customer_kind: "business",
        headers: &[],
        links: BTreeMap::new(),
        payments: BTreeMap::new(),
        paid: BTreeMap::new(),
    }
}

/// What comes of each sample: facts, or the reason why not.
#[test]
fn each_sample_is_a_fact_or_says_why_not() {
    let Some(folder) = common::shared().map(|root| root.join("samples/webhooks")) else { return };
    let load = |name: &str| -> Value { serde_json::from_slice(&std::fs::read(folder.join(name)).unwrap()).unwrap() };
    for (name, kind, facts, links, ignored, waits) in [
        ("stripe_event_invoice.paid.json", ConnectorKind::Stripe, 3, 3, 0, 0),
        ("stripe_event_invoice.payment_failed.json", ConnectorKind::Stripe, 2, 3, 0, 0),
        ("stripe_event_invoice.created.json", ConnectorKind::Stripe, 0, 0, 1, 0),
        ("stripe_event_customer.created.json", ConnectorKind::Stripe, 1, 0, 0, 0),
        ("stripe_event_charge.succeeded.json", ConnectorKind::Stripe, 0, 0, 1, 0),
        ("stripe_event_charge.failed.json", ConnectorKind::Stripe, 0, 0, 1, 0),
        ("stripe_event_payment_intent.succeeded.json", ConnectorKind::Stripe, 0, 0, 1, 0),
        ("stripe_event_charge.dispute.created.json", ConnectorKind::Stripe, 0, 0, 0, 1),
        ("lago_invoice.json", ConnectorKind::Lago, 2, 1, 0, 0),
        ("lago_payment.json", ConnectorKind::Lago, 0, 0, 0, 1),
        ("shopify_order.json", ConnectorKind::Shopify, 0, 0, 1, 0),
        ("gocardless_webhook_body.json", ConnectorKind::Gocardless, 0, 0, 2, 0),
        ("xero_webhook_credit_note.json", ConnectorKind::Xero, 0, 0, 0, 1),
    ] {
        let body = load(name);
        let reading = read(kind, &body, &context(kind, &body)).unwrap();
        let counts = (reading.statements.len(), reading.links.len(), reading.ignored.len(), reading.waits.len());
        assert_eq!(counts, (facts, links, ignored, waits), "{name}: {reading:#?}");
    }
}

/// Civil days are the tenant's: 18:40 UTC in March is the same day in Paris, amounts are plain decimals.
#[test]
fn a_paid_invoice_of_stripe_is_an_invoice_and_its_payment() {
    let Some(folder) = common::shared().map(|root| root.join("samples/webhooks")) else { return };
    let body: Value = serde_json::from_slice(&std::fs::read(folder.join("stripe_event_invoice.paid.json")).unwrap()).unwrap();
    let reading = read(ConnectorKind::Stripe, &body, &context(ConnectorKind::Stripe, &body)).unwrap();
    let invoice = &reading.statements[1].data;
    assert_eq!((invoice["number"].as_str(), invoice["total"].as_str()), (Some("EE1DF78D-0001"), Some("20.00")));
    assert_eq!((invoice["issued_on"].as_str(), invoice["due_on"].as_str()), (Some("2022-03-26"), Some("2022-03-26")));
    let payment = &reading.statements[2].data;
    assert_eq!((payment["external_id"].as_str(), payment["amount"].as_str()), (Some("in_000000000000000000000000"), Some("20.00")));
}

/// No body makes a reader panic.
#[test]
fn whatever_comes_is_read_or_refused() {
    for kind in ConnectorKind::ALL {
        for body in [
            json!(null),
            json!([]),
            json!({}),
            json!([1]),
            json!({"events": [1, {}, {"id": 1}]}),
            json!({"id": "x", "type": 7, "data": {"object": 3}}),
            json!({"type": "invoice.paid", "created": i64::MAX, "data": {"object": {"object": "invoice", "id": "i", "currency": "EUR", "total": i64::MAX,
                   "amount_due": i64::MIN, "amount_remaining": i64::MAX, "status": "paid", "number": "1", "customer": "c", "created": i64::MAX}}}),
            json!({"event_type": "x", "content": {"invoice": {"id": "1", "customer_id": "c", "currency_code": "é", "amount_due": i64::MAX, "amount_paid": i64::MAX}}}),
            json!({"webhook_type": "x", "invoice": {"lago_id": "1", "number": "1", "currency": "", "total_amount_cents": i64::MIN, "total_due_amount_cents": i64::MAX, "customer": {"external_id": "c"}}}),
        ] {
            let _ = read(*kind, &body, &context(*kind, &body));
        }
    }
}

/// The body and signature that GoCardless publishes with its libraries.
#[test]
fn the_published_vector_of_gocardless_verifies() {
    let Some(folder) = common::shared().map(|root| root.join("samples/webhooks")) else { return };
    let body: &'static str = std::fs::read_to_string(folder.join("gocardless_webhook_body.json")).unwrap().leak();
    let signature = "2693754819d3e32d7e8fcb13c729631f316c6de8dc1cf634d6527f1c07276e7e";
    let header = |name: &str| (name == "webhook-signature").then_some(signature);
    let says = |secret: &str, body: &'static str| {
        let delivery = Delivery { header: &header, token: None, body: body.as_bytes(), now: 0 };
        verify(ConnectorKind::Gocardless, &ConnectorConfig::default(), &[secret.to_owned()], &delivery)
    };
    assert!(says("ED7D658C-D8EB-4941-948B-3973214F2D49", body.trim_end()));
    assert!(!says("ED7D658C-D8EB-4941-948B-3973214F2D48", body.trim_end()));
    assert!(!says("ED7D658C-D8EB-4941-948B-3973214F2D49", body), "one more newline");
}
