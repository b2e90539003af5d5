//! The golden due dates of `shared/law`, all of them: those that a payment term spells, and those that count from the receipt.
#![expect(clippy::panic, reason = "a test says what went wrong by panicking")]

mod common;

use relance_domain::{
    customer::{CustomerDetails, CustomerKind},
    invoice::InvoiceDetails,
    law::PaymentTerm,
    money::Currency,
};
use relance_ingest::{due_from_terms, normalise};
use serde_json::Value;

#[test]
fn the_golden_due_dates_come_out() {
    let Some(shared) = common::shared() else {
        return;
    };
    let path = shared.join("law/due_date_examples.json");
    let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let examples: Vec<Value> = serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{error}"));
    let mut checked = 0;
    for example in &examples {
        let text = |path: &str| example.pointer(path).and_then(Value::as_str);
        let terms = match text("/rule") {
            Some("eom_45_days_then_end_of_month") => "Paiement à 45 jours fin de mois",
            Some("periodic_45_from_invoice") => "Paiement à 45 jours date de facture",
            Some("net_30_leap") => "30 jours net",
            // what a document cannot tell counts by the law's own term
            Some("default_30_from_receipt" | "b2g_50_from_receipt") => {
                assert_eq!(from_receipt(example), text("/due_date").and_then(normalise::date), "{example}");
                checked += 1;
                continue;
            }
            other => panic!("a rule without a test: {other:?}"),
        };
        let date = |path| text(path).and_then(normalise::date);
        let Some(issued_on) = date("/inputs/invoice_date") else {
            panic!("no invoice date: {example}");
        };
        let found = due_from_terms(issued_on, &[terms.to_owned()]);
        assert_eq!(found, date("/due_date"), "{example}");
        checked += 1;
    }
    assert_eq!(checked, examples.len(), "none is left out");
}

fn from_receipt(example: &Value) -> Option<chrono::NaiveDate> {
    let day = |name: &str| example["inputs"][name].as_str().and_then(normalise::date);
    let (received_on, service_done_on) = (day("request_received"), day("received_or_performed"));
    let issued_on = received_on.or(service_done_on)?;
    let kind = if received_on.is_some() { CustomerKind::PublicBody } else { CustomerKind::Business };
    let public_body_type = received_on.map(|_| "public_health_establishment".to_owned());
    let customer = CustomerDetails { public_body_type, ..CustomerDetails::new(kind, "Débiteur") };
    let invoice = InvoiceDetails::new("F1", issued_on, issued_on, Currency::EUR.minor(1));
    Some(PaymentTerm::of(&customer, 30).due_on(&InvoiceDetails { received_on, service_done_on, ..invoice }))
}
