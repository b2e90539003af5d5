//! When a debt can no longer be claimed, against `law/prescription_examples.json` and case by case.

use chrono::NaiveDate;
use serde_json::Value;

use super::{super::*, table};
use crate::customer::CustomerKind;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[test]
fn the_case_file_of_the_law_passes() {
    let Some(Value::Array(cases)) = table("prescription_examples.json") else { return };
    assert!(!cases.is_empty());
    for case in cases {
        let years = u16::try_from(case["years"].as_u64().unwrap()).unwrap();
        assert_eq!(limitation_end(day(case["start"].as_str().unwrap()), years), day(case["nominal_end"].as_str().unwrap()), "{case}");
    }
}

#[test]
fn two_years_after_the_work_a_consumer_owes_nothing_that_can_be_claimed() {
    let none: [NaiveDate; 0] = [];
    let work = day("2024-10-05");
    assert_eq!(Claim::Consumer.barred_since(work, none, day("2026-10-05")), None);
    assert_eq!(Claim::Consumer.barred_since(work, none, day("2026-10-06")), Some(day("2026-10-06")));
    assert_eq!(Claim::Consumer.barred_since(day("2024-02-29"), none, day("2026-03-01")), Some(day("2026-03-01")));
}

#[test]
fn a_part_payment_before_the_end_begins_a_new_period_and_one_after_it_does_not() {
    let work = day("2024-10-05");
    assert_eq!(Claim::Consumer.barred_since(work, [day("2025-03-01")], day("2026-12-01")), None);
    assert_eq!(Claim::Consumer.barred_since(work, [day("2025-03-01")], day("2027-03-02")), Some(day("2027-03-02")));
    assert_eq!(Claim::Consumer.barred_since(work, [day("2026-10-06")], day("2026-12-01")), Some(day("2026-10-06")));
}

#[test]
fn each_kind_of_claim_has_its_period_and_only_acts_within_it_renew_it() {
    let work = day("2024-04-10");
    let none: [NaiveDate; 0] = [];
    assert_eq!(Claim::Professional.ends_on(work, none), day("2029-04-10"));
    assert_eq!(Claim::Consumer.ends_on(work, none), day("2026-04-10"));
    assert_eq!(Claim::Carriage.ends_on(work, none), day("2025-04-10"));
    // four years from 1 January following
    assert_eq!(Claim::Public.ends_on(work, none), day("2028-12-31"));
    assert_eq!(Claim::Public.ends_on(work, [day("2028-12-31")]), day("2032-12-31"));
    assert_eq!(Claim::Public.ends_on(work, [day("2029-01-01")]), day("2028-12-31"));
    // one act carries the next: the second falls after the first period, and within the renewed one
    assert_eq!(Claim::Consumer.ends_on(work, [day("2027-06-01"), day("2025-10-01")]), day("2029-06-01"));
    assert_eq!(Claim::Consumer.ends_on(work, [day("2026-04-11")]), day("2026-04-10"));
    assert_eq!(Claim::of(CustomerKind::Unknown, false), Claim::Consumer);
    assert_eq!(Claim::of(CustomerKind::Business, true), Claim::Carriage);
}
