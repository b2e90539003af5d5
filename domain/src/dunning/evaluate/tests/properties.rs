//! What must hold whatever the policy, the ledger, the zone and the people.

use chrono::Datelike;
use chrono_tz::TZ_VARIANTS;
use proptest::prelude::*;

use super::{
    sim::{Sim, day, preset},
    worlds::{World, any_world},
};
use crate::{
    calendar::{Region, is_business_day, parse_zone},
    customer::CustomerKind,
    dunning::{Action, StepOutcome, evaluate},
};

fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases(96))]

    /// One life of a customer, from every side. `Sim` itself refuses a look that is not in the future, an
    /// instant that never comes to rest, a decision made twice, a step done twice, a message about what is
    /// paid or held, and an open case in which nothing is to come.
    #[test]
    fn a_life_keeps_every_promise(world in any_world()) {
        let sim = world.live();
        steps_go_forward_and_wait_for_the_dates_given(&sim)?;
        caps_hold(&sim)?;
        messages_leave_inside_the_window(&sim)?;
        what_was_paid_stays_silent(&world, &sim)?;
    }

    #[test]
    fn the_same_facts_give_the_same_decision(world in any_world(), hours in 0_i64..5_000) {
        let mut sim = world.begin();
        sim.now += chrono::Duration::hours(hours);
        prop_assert_eq!(evaluate(&sim.snapshot, sim.now), evaluate(&sim.snapshot.clone(), sim.now));
    }

    #[test]
    fn nothing_is_planned_for_what_is_paid(world in any_world()) {
        let mut sim = world.begin();
        for invoice in &mut sim.snapshot.invoices {
            invoice.amount_due = 0;
        }
        sim.run_until("2027-09-01");
        prop_assert!(sim.happened.is_empty() && sim.plans().count() == 0);
        prop_assert!(!sim.snapshot.case_open);
    }

    #[test]
    fn nothing_is_planned_while_everything_is_held(world in any_world()) {
        let mut sim = world.begin();
        sim.hold_everything(None);
        sim.run_until("2027-09-01");
        prop_assert!(sim.happened.is_empty() && sim.plans().count() == 0);
        prop_assert!(sim.snapshot.invoices.iter().all(|invoice| invoice.steps.is_empty()));
    }

    /// The oldest invoice is paid: what is said of the others still fits their own age and their own dates.
    #[test]
    fn a_payment_of_the_oldest_makes_nothing_harsher(world in any_world(), after in 10_i64..200) {
        let mut sim = world.begin();
        sim.run_until(&(day("2026-07-01") + chrono::Duration::days(after)).to_string());
        let open = sim.snapshot.invoices.iter().filter(|invoice| invoice.amount_due > 0);
        let Some(oldest) = open.min_by_key(|invoice| invoice.due_on).map(|invoice| invoice.id) else { return Ok(()) };
        sim.facts(oldest).amount_due = 0;
        sim.run_until("2027-09-01");
        steps_go_forward_and_wait_for_the_dates_given(&sim)?;
    }
}

fn steps_go_forward_and_wait_for_the_dates_given(sim: &Sim) -> Result<(), TestCaseError> {
    let policy = &sim.snapshot.policy.as_ref().unwrap().policy;
    let region = Region::Fr;
    for invoice in &sim.snapshot.invoices {
        let done: Vec<_> = invoice.steps.iter().filter(|step| step.outcome != StepOutcome::Waived).collect();
        let places: Vec<_> = done.iter().map(|step| policy.position(&step.step_key).unwrap()).collect();
        prop_assert!(places.windows(2).all(|pair| pair[0] < pair[1]), "a step went back: {:?}", invoice.steps);
        // never a jump: every step before the last one done is done or waived
        let last = places.last().copied().unwrap_or_default();
        for step in policy.steps.iter().take(last) {
            prop_assert!(
                invoice.steps.iter().any(|record| record.step_key == step.key),
                "{} was jumped over: {:?}",
                step.key,
                invoice.steps
            );
        }
        let mut granted = None;
        for step in done {
            if let Some(until) = granted {
                let needed = crate::calendar::add_business_days(until, u32::from(policy.given_date_grace_days), region);
                prop_assert!(step.done_on > needed, "{} inside the date given: {:?}", step.step_key, invoice.steps);
            }
            granted = granted.max(step.granted_until);
            prop_assert!(step.granted_until.is_none_or(|until| is_business_day(until, region) && until > step.done_on));
            let offset = policy.step(&step.step_key).unwrap().offset_days;
            let early = offset <= 0;
            prop_assert!(
                early || step.done_on >= invoice.due_on + chrono::Duration::days(i64::from(offset)),
                "{} is too hard for its age",
                step.step_key
            );
            prop_assert!(
                early == (step.done_on <= invoice.due_on),
                "{} on the wrong side of the due date {}: {:?}",
                step.step_key,
                invoice.due_on,
                invoice.steps
            );
        }
    }
    Ok(())
}

fn caps_hold(sim: &Sim) -> Result<(), TestCaseError> {
    let pacing = sim.snapshot.policy.as_ref().unwrap().policy.pacing;
    let made = &sim.snapshot.contacts_made;
    let messages: Vec<_> = made.iter().enumerate().filter(|(_, contact)| contact.is_message()).collect();
    for pair in messages.windows(2) {
        prop_assert!((pair[1].1.on - pair[0].1.on).num_days() >= i64::from(pacing.min_days_between_messages), "{made:?}");
    }
    // when a message leaves, it and all contacts before it keep the caps
    for (at, message) in messages {
        for (days, most) in [(7, pacing.max_per_7_days), (30, pacing.max_per_30_days)] {
            let count = made.iter().take(at + 1).filter(|other| (message.on - other.on).num_days() < days).count();
            prop_assert!(count <= usize::from(most), "{count} contacts in {days} days: {made:?}");
        }
    }
    Ok(())
}

/// By the customer's own clock and calendar, worked out here from the zone alone.
fn messages_leave_inside_the_window(sim: &Sim) -> Result<(), TestCaseError> {
    let window = &sim.snapshot.policy.as_ref().unwrap().policy.window;
    let zone = parse_zone(sim.snapshot.customer.time_zone.as_deref().unwrap_or("Europe/Paris")).unwrap();
    for (at, happened) in sim.left_at.iter().zip(sim.happened.iter().filter(|happened| happened.channel.is_message())) {
        let local = at.with_timezone(&zone);
        prop_assert_eq!(local.date_naive(), happened.on);
        prop_assert!(window.weekdays.contains(&local.weekday()), "{local}");
        let time = local.time();
        prop_assert!(window.from <= time && time < window.to, "{local}");
        prop_assert!(!window.skip_public_holidays || !Region::Fr.is_holiday(local.date_naive()), "{local}");
    }
    Ok(())
}

fn what_was_paid_stays_silent(world: &World, sim: &Sim) -> Result<(), TestCaseError> {
    for (number, paid_on) in &world.payments {
        let about = |happened: &&super::sim::Happened| happened.lines.iter().any(|line| line.0 == format!("F-{number}"));
        prop_assert!(sim.happened.iter().filter(about).all(|happened| happened.on <= *paid_on));
    }
    Ok(())
}

#[test]
fn in_every_zone_the_ladder_keeps_its_local_days_windows_and_printed_dates() {
    for (n, zone) in TZ_VARIANTS.iter().enumerate() {
        let mut sim = Sim::new(preset("fr_business"), CustomerKind::Business, "2026-09-20");
        sim.snapshot.customer.time_zone = Some(zone.name().to_owned());
        // through both changes of the year's clocks, north and south
        for (number, due) in [("F-1", "2026-10-05"), ("F-2", "2027-03-08")] {
            let due = day(due) + chrono::Duration::days(i64::try_from(n % 28).unwrap());
            sim.invoice(number, &due.to_string(), 20_000);
        }
        sim.run_until("2027-05-20");
        messages_leave_inside_the_window(&sim).unwrap();
        steps_go_forward_and_wait_for_the_dates_given(&sim).unwrap();
        for happened in sim.happened.iter().filter(|happened| happened.step == "first") {
            let printed = crate::calendar::pay_before(happened.on, 7, Region::Fr);
            assert_eq!(happened.date, Some(printed), "{zone}");
        }
        assert_eq!(sim.happened.iter().filter(|happened| happened.step == "first").count(), 2, "{zone} {:?}", sim.story());
    }
}

#[test]
fn evaluating_twice_equals_once() {
    let mut sim = Sim::new(preset("fr_business"), CustomerKind::Business, "2026-10-09");
    sim.invoice("F-1", "2026-10-05", 20_000);
    sim.look();
    let again = evaluate(&sim.snapshot, sim.now);
    assert!(again.actions.iter().all(|action| matches!(action, Action::SayDataStale)), "{:?}", again.actions);
}
