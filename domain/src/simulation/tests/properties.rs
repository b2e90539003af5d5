//! What must hold for any ledger.

use proptest::prelude::*;

use super::*;

/// (customer, days after 1 September that it is due, amount, days after the due date that it is paid)
type Row = (usize, i64, i64, Option<i64>);

fn rows() -> impl Strategy<Value = Vec<Row>> {
    prop::collection::vec((0_usize..4, 0_i64..90, 2_000_i64..900_000, prop::option::of(-10_i64..60)), 1..12)
}

fn facts(rows: &[Row]) -> Vec<TimedFact> {
    let mut facts: Vec<TimedFact> = (0..4).map(|n| customer(&format!("C{n}"), CustomerKind::Business)).collect();
    for (n, (who, due, amount, paid)) in rows.iter().enumerate() {
        let (who, number, due) = (format!("C{who}"), format!("F-{n}"), day("2026-09-01") + Duration::days(*due));
        facts.push(invoice(&number, &who, &due.to_string(), *amount));
        if let Some(paid) = paid {
            facts.push(pays(&format!("P-{n}"), &who, &(due + Duration::days(*paid)).to_string(), *amount, Some(&number)));
        }
    }
    facts
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_the_facts_changes_nothing((rows, turn) in (rows(), 0_usize..50)) {
        let facts = facts(&rows);
        let mut turned = facts.clone();
        turned.rotate_left(turn % facts.len());
        turned.reverse();
        let tell = |facts: &[TimedFact]| story(&live(&ledger(facts), &preset("fr_business"), span("2026-08-01", "2027-03-01")));
        prop_assert_eq!(tell(&facts), tell(&turned));
    }

    #[test]
    fn what_is_paid_is_never_asked_and_caps_hold(rows in rows()) {
        let policy = preset("fr_business");
        let lived = live(&ledger(&facts(&rows)), &policy, span("2026-08-01", "2027-03-01"));
        for one in &lived {
            prop_assert_eq!(one.put_off, 0);
            for done in &one.done {
                for line in &done.lines {
                    let number: usize = line.number[2..].parse().unwrap();
                    let (_, due, _, paid) = rows[number];
                    let paid_on = paid.map(|paid| day("2026-09-01") + Duration::days(due + paid));
                    prop_assert!(paid_on.is_none_or(|paid| done.on < paid), "{:?}", done);
                }
            }
            let days: Vec<_> = one.done.iter().filter(|done| done.channel.is_message()).map(|done| done.on).collect();
            for pair in days.windows(2) {
                prop_assert!((pair[1] - pair[0]).num_days() >= i64::from(policy.pacing.min_days_between_messages));
            }
        }
    }

    #[test]
    fn a_simulation_cut_short_is_the_beginning_of_a_longer_one(rows in rows()) {
        let courses = ledger(&facts(&rows));
        let policy = preset("fr_business");
        let long = live(&courses, &policy, span("2026-08-01", "2027-03-01"));
        let short = live(&courses, &policy, span("2026-08-01", "2026-11-15"));
        for (long, short) in long.iter().zip(&short) {
            prop_assert!(long.done.starts_with(&short.done));
        }
    }
}
