//! The dated examples of `presets.md` §3: due Monday 5 October 2026, 1,200 EUR, no answer.

use super::sim::{Sim, preset};
use crate::customer::CustomerKind;

fn story(key: &str, kind: CustomerKind) -> Vec<String> {
    let mut sim = Sim::new(preset(key), kind, "2026-09-10");
    sim.invoice("FA-1", "2026-10-05", 120_000);
    sim.run_until("2027-06-01");
    sim.story()
}

#[test]
fn a_business_that_never_answers() {
    let expected = [
        "2026-09-30 courtesy",
        "2026-10-09 first (2026-10-16)",
        "2026-10-21 call",
        "2026-10-22 sms",
        "2026-10-30 second (2026-11-09)",
        "2026-11-13 last_call",
        "2026-11-17 notice (2026-12-02)",
        "2026-12-09 handover",
    ];
    assert_eq!(story("fr_business", CustomerKind::Business), expected);
}

#[test]
fn a_small_business_that_never_answers() {
    let expected = [
        "2026-10-02 courtesy",
        "2026-10-09 first (2026-10-16)",
        "2026-10-21 sms",
        "2026-10-23 call",
        "2026-11-02 second (2026-11-10)",
        "2026-11-16 last_call",
        "2026-11-23 notice (2026-12-15)",
        "2026-12-22 review",
    ];
    assert_eq!(story("fr_small_business", CustomerKind::Business), expected);
}

#[test]
fn a_consumer_who_never_answers() {
    let expected = [
        "2026-10-02 courtesy",
        "2026-10-12 first (2026-10-20)",
        "2026-10-26 sms",
        "2026-11-04 second (2026-11-12)",
        "2026-11-17 call",
        "2026-11-27 last_letter (2026-12-14)",
        "2026-12-17 notice (2027-01-08)",
        "2027-01-18 review",
    ];
    assert_eq!(story("fr_consumer", CustomerKind::Consumer), expected);
}

#[test]
fn a_public_body_that_never_answers() {
    let expected = [
        "2026-09-25 portal_check",
        "2026-10-12 first",
        "2026-10-26 call",
        "2026-11-09 second (2026-11-24)",
        "2026-12-04 demand (2027-01-21)",
        "2027-01-29 review",
    ];
    assert_eq!(story("fr_public_body", CustomerKind::PublicBody), expected);
}
