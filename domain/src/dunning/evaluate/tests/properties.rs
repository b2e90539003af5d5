//! What must hold for any policy clock and ledger.

use proptest::prelude::*;

use super::sim::{Sim, preset};
use crate::{customer::CustomerKind, dunning::evaluate};

fn kinds() -> impl Strategy<Value = (&'static str, CustomerKind)> {
    prop_oneof![
        Just(("fr_business", CustomerKind::Business)),
        Just(("fr_small_business", CustomerKind::Business)),
        Just(("fr_consumer", CustomerKind::Consumer)),
        Just(("fr_public_body", CustomerKind::PublicBody)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn steps_never_go_back_nor_twice_and_caps_hold(
        (key, kind) in kinds(),
        invoices in prop::collection::vec((0_i64..120, 1_000_i64..900_000), 1..6),
        dials in any::<bool>(),
    ) {
        let mut sim = Sim::new(preset(key), kind, "2026-09-01");
        sim.dials = dials;
        for (n, (days, amount)) in invoices.iter().enumerate() {
            let due = super::sim::day("2026-07-15") + chrono::Duration::days(*days);
            sim.invoice(&format!("F-{n}"), &due.to_string(), *amount);
        }
        sim.run_until("2027-09-01");
        let policy = sim.snapshot.policy.as_ref().unwrap().policy.clone();
        for invoice in &sim.snapshot.invoices {
            let places: Vec<_> = invoice.steps.iter().map(|step| policy.position(&step.step_key).unwrap()).collect();
            prop_assert!(places.windows(2).all(|pair| pair[0] < pair[1]), "{places:?}");
            let mut granted = None;
            for step in &invoice.steps {
                if let Some(until) = granted { prop_assert!(step.outcome == crate::dunning::StepOutcome::Waived || step.done_on > until); }
                granted = granted.max(step.granted_until);
            }
        }
        let messages: Vec<_> = sim.snapshot.contacts_made.iter().filter(|made| made.is_message()).map(|made| made.on).collect();
        for pair in messages.windows(2) {
            prop_assert!((pair[1] - pair[0]).num_days() >= i64::from(policy.pacing.min_days_between_messages));
        }
        for on in &messages {
            let month = messages.iter().filter(|other| *other <= on && (*on - **other).num_days() < 30).count();
            prop_assert!(month <= usize::from(policy.pacing.max_per_30_days));
        }
    }

    #[test]
    fn paid_means_silence_and_the_same_facts_the_same_decision((key, kind) in kinds(), days in 1_i64..100) {
        let mut sim = Sim::new(preset(key), kind, "2026-10-01");
        let id = sim.invoice("F-1", "2026-10-05", 120_000);
        sim.now += chrono::Duration::days(days);
        let decision = evaluate(&sim.snapshot, sim.now);
        prop_assert_eq!(&decision, &evaluate(&sim.snapshot, sim.now));
        sim.facts(id).amount_due = 0;
        sim.run_until("2027-06-01");
        prop_assert!(sim.happened.is_empty());
    }
}
