//! Due dates that nobody stated, against `law/due_date_examples.json` and case by case. Terms that a document spells
//! ("45 jours fin de mois") are read, and held against the same file, in the room of the formats.

use chrono::NaiveDate;
use serde_json::Value;

use super::{super::*, table};
use crate::{
    customer::{CustomerDetails, CustomerKind},
    invoice::InvoiceDetails,
    money::Currency,
};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn customer(kind: CustomerKind, public_body_type: Option<&str>) -> CustomerDetails {
    CustomerDetails { public_body_type: public_body_type.map(str::to_owned), ..CustomerDetails::new(kind, "Débiteur") }
}

fn invoice(issued_on: &str) -> InvoiceDetails {
    InvoiceDetails::new("F1", day(issued_on), day(issued_on), Currency::EUR.minor(100))
}

#[test]
fn the_cases_of_the_law_that_count_from_receipt_or_performance_pass() {
    let Some(Value::Array(cases)) = table("due_date_examples.json") else { return };
    let mut counted = 0;
    for case in cases {
        let input = |name: &str| case["inputs"][name].as_str().map(day);
        let found = match case["rule"].as_str().unwrap() {
            "default_30_from_receipt" => {
                let done = InvoiceDetails { service_done_on: input("received_or_performed"), ..invoice("2026-01-02") };
                PaymentTerm::of(&customer(CustomerKind::Business, None), 30).due_on(&done)
            }
            "b2g_50_from_receipt" => {
                let received = InvoiceDetails { received_on: input("request_received"), ..invoice("2026-01-02") };
                PaymentTerm::of(&customer(CustomerKind::PublicBody, Some("public_health_establishment")), 30).due_on(&received)
            }
            _ => continue,
        };
        assert_eq!(found.to_string(), case["due_date"].as_str().unwrap(), "{case}");
        counted += 1;
    }
    assert_eq!(counted, 2);
}

#[test]
fn a_public_body_has_the_term_of_the_law_and_everybody_else_the_creditors() {
    let received = InvoiceDetails { received_on: Some(day("2026-03-02")), ..invoice("2026-02-20") };
    for (kind, of_type, rule, expected) in [
        (CustomerKind::PublicBody, None, "ccp_r2192_10", "2026-04-01"),
        (CustomerKind::PublicBody, Some("commune"), "ccp_r2192_10", "2026-04-01"),
        (CustomerKind::PublicBody, Some("public_health_establishment"), "ccp_r2192_11_1", "2026-04-21"),
        (CustomerKind::PublicBody, Some("armed_forces_health_service"), "ccp_r2192_11_1", "2026-04-21"),
        (CustomerKind::PublicBody, Some("public_undertaking"), "ccp_r2192_11_2", "2026-05-01"),
        (CustomerKind::Business, Some("public_undertaking"), "tenant_default", "2026-04-06"),
        (CustomerKind::Consumer, None, "tenant_default", "2026-04-06"),
    ] {
        let term = PaymentTerm::of(&customer(kind, of_type), 45);
        assert_eq!((term.rule, term.due_on(&received)), (rule, day(expected)), "{kind:?} {of_type:?}");
    }
}

#[test]
fn without_a_word_on_receipt_two_days_are_allowed_and_work_done_later_counts_from_then() {
    let public = PaymentTerm::of(&customer(CustomerKind::PublicBody, None), 45);
    assert_eq!(public.due_on(&invoice("2026-02-20")), day("2026-03-24"));
    let own = PaymentTerm::of(&customer(CustomerKind::Business, None), 30);
    let earlier = InvoiceDetails { service_done_on: Some(day("2026-02-01")), ..invoice("2026-02-20") };
    assert_eq!(own.due_on(&earlier), day("2026-03-22"), "an invoice that comes after the work counts from itself");
}
