//! Ten invoices, two policies, compared by hand.

use super::*;
use crate::simulation::{DifferenceKind, compare};

/// Ten customers with one invoice each of 100 to 1,000 EUR; half of them pay after the first reminder.
fn ten() -> Vec<TimedFact> {
    let mut facts = Vec::new();
    for n in 1..=10_i64 {
        let (name, number) = (format!("C{n:02}"), format!("FA-{n:02}"));
        facts.push(customer(&name, CustomerKind::Business));
        facts.push(invoice(&number, &name, "2026-10-05", n * 10_000));
        if n <= 5 {
            facts.push(pays(&format!("P{n}"), &name, "2026-10-14", n * 10_000, Some(&number)));
        }
    }
    facts
}

/// Monday 5 October is due. Under the old policy: an e-mail after 4 days (Friday the 9th), one after 16 (Wednesday the
/// 21st), a letter after 30 (Wednesday 4 November). Under the new one: an e-mail after 7 (Monday the 12th), the second
/// after 15 (Tuesday the 20th, and as an SMS), no letter, but a call after 30.
#[test]
fn every_difference_of_ten_invoices_is_the_one_counted_by_hand() {
    let old = ladder(&[("first", 4, "email"), ("second", 16, "email"), ("letter", 30, "letter")]);
    let new = ladder(&[("first", 7, "email"), ("second", 15, "sms"), ("call", 30, "phone_task")]);
    let courses = ledger(&ten());
    let there = live(&courses, &old, span("2026-10-01", "2026-12-01"));
    let here = live(&courses, &new, span("2026-10-01", "2026-12-01"));
    assert_eq!(story(&there[9..]), ["2026-10-09 first", "2026-10-21 second", "2026-11-04 letter"]);
    assert_eq!(story(&here[9..]), ["2026-10-12 first", "2026-10-20 second", "2026-11-04 call"]);
    assert_eq!(story(&here[..1]), ["2026-10-12 first"]);

    let differences = compare(&here, &there);
    let counted: Vec<_> =
        differences.by_kind.iter().map(|(kind, (steps, customers, invoices))| (*kind, *steps, *customers, *invoices)).collect();
    assert_eq!(
        counted,
        [
            (DifferenceKind::Later, 10, 10, 10),     // every first reminder, three days
            (DifferenceKind::OtherChannel, 5, 5, 5), // the second, by SMS, of those who did not pay
            (DifferenceKind::Never, 5, 5, 5),        // their letter
            (DifferenceKind::OnlyHere, 5, 5, 5),     // their call
        ]
    );
    assert_eq!(differences.list.len(), 25);
    let largest = &differences.list[0];
    assert_eq!((largest.line.number.as_str(), largest.line.amount_due), ("FA-10", 100_000));
    let first = differences.list.iter().find(|one| one.kind == DifferenceKind::Later && one.line.number == "FA-03").unwrap();
    assert_eq!((first.days(), first.here.unwrap().0, first.there.unwrap().0), (Some(3), day("2026-10-12"), day("2026-10-09")));
    let sms = differences.list.iter().find(|one| one.kind == DifferenceKind::OtherChannel).unwrap();
    assert_eq!((sms.days(), sms.here.unwrap().1.as_str(), sms.there.unwrap().1.as_str()), (Some(-1), "sms", "email"));
}

#[test]
fn a_policy_does_not_differ_from_itself() {
    let courses = ledger(&ten());
    let lived = live(&courses, &preset("fr_business"), span("2026-10-01", "2027-03-01"));
    assert!(compare(&lived, &lived).list.is_empty());
}
