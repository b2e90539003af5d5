//! The golden due dates of `shared/law` that a payment term can express.
#![expect(clippy::panic, reason = "a test says what went wrong by panicking")]

mod common;

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
            // Counted from the receipt, which the document does not tell.
            Some("default_30_from_receipt" | "b2g_50_from_receipt") => continue,
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
    assert!(checked >= 4, "only {checked} examples fit");
}
