//! The limitation clock: a person is told in time, and once.

use chrono::{DateTime, Duration, Utc};

use super::{
    super::evaluate,
    sim::{Sim, business, day, preset},
};
use crate::{
    customer::CustomerKind,
    dunning::{Evidence, StepOutcome, StepRecord},
};

fn told(sim: &Sim) -> Vec<String> {
    sim.tasks().filter(|task| task.kind == "limitation").map(|task| task.title.en.clone()).collect()
}

#[test]
fn a_claim_between_professionals_is_told_of_180_90_and_30_days_before_five_years_are_over() {
    for (today, alerts) in [("2026-11-02", 0), ("2026-11-03", 1), ("2027-04-20", 1), ("2027-05-03", 1)] {
        let mut sim = business(today);
        let id = sim.invoice("F-1", "2022-06-01", 10_000);
        sim.facts(id).evidence.service_done_on = Some(day("2022-05-02"));
        sim.look();
        assert_eq!(told(&sim).len(), alerts, "{today}");
    }
    let mut sim = business("2027-04-20");
    let id = sim.invoice("F-1", "2022-06-01", 10_000);
    sim.facts(id).evidence.service_done_on = Some(day("2022-05-02"));
    sim.look();
    assert_eq!(
        told(&sim),
        [
            "Invoice F-1 can be claimed until 2027-05-02 only (C. com. L110-4; C. civ. 2224): have it acknowledged in writing, go to court, or write it off."
        ]
    );
}

#[test]
fn a_part_payment_moves_the_end_and_carriage_has_one_year_only() {
    let mut sim = business("2027-04-20");
    let paid = sim.invoice("F-1", "2022-06-01", 10_000);
    sim.facts(paid).evidence.service_done_on = Some(day("2022-05-02"));
    sim.facts(paid).evidence.interrupted_on = vec![day("2024-01-15")];
    let carried = sim.invoice("F-2", "2026-06-01", 10_000);
    sim.facts(carried).evidence.carriage = true;
    sim.look();
    assert_eq!(told(&sim).len(), 1);
    assert!(told(&sim)[0].starts_with("Invoice F-2 can be claimed until 2027-05-02 only (C. com. L133-6)"));
}

#[test]
fn a_public_body_owes_four_years_from_the_next_january() {
    let public = |today| Sim::new(preset("fr_public_body"), CustomerKind::PublicBody, today);
    let mut early = public("2026-07-03");
    early.invoice("F-1", "2022-06-01", 10_000);
    early.look();
    assert!(told(&early).is_empty());
    let mut late = public("2026-07-04");
    late.invoice("F-1", "2022-06-01", 10_000);
    late.look();
    assert!(told(&late)[0].contains("until 2026-12-31 only (loi 68-1250 art. 1, 2)"));
}

#[test]
fn the_clock_is_looked_at_again_on_each_day_of_an_alert_and_on_the_day_after_the_end() {
    // the work was done on 2 May 2022: five years end on 2 May 2027
    for (left, looked_at) in
        [(200, Some(180)), (181, Some(180)), (180, Some(90)), (91, Some(90)), (90, Some(30)), (30, Some(-1)), (0, Some(-1)), (-1, None)]
    {
        let mut sim = business("2026-10-01");
        let id = sim.invoice("F-1", "2022-06-01", 10_000);
        (sim.facts(id).overdue_announced, sim.snapshot.case_open, sim.snapshot.policy) = (true, true, None);
        sim.facts(id).evidence = Evidence { service_done_on: Some(day("2022-05-02")), ..Evidence::default() };
        let end = day("2027-05-02");
        let noon: DateTime<Utc> = format!("{}T10:00:00Z", end - Duration::days(left)).parse().unwrap();
        let decision = evaluate(&sim.snapshot, noon);
        let next = decision.next_check_at.map(|at| (end - (at + Duration::hours(2)).date_naive()).num_days());
        assert_eq!(next, looked_at, "{left} days before the end");
    }
}

#[test]
fn only_what_was_really_claimed_in_writing_after_the_due_date_interrupts_against_a_public_body() {
    // due in June 2022: four years from 1 January 2023 end with 2026; a claim of 2023 begins them anew in 2024
    let alerts = |step: &str, outcome: StepOutcome, on: &str| {
        let mut sim = Sim::new(preset("fr_public_body"), CustomerKind::PublicBody, "2026-11-20");
        let id = sim.invoice("F-1", "2022-06-01", 10_000);
        sim.facts(id).steps = vec![StepRecord { step_key: step.into(), outcome, done_on: day(on), granted_until: None, reason: None }];
        sim.look();
        told(&sim).len()
    };
    let policy = preset("fr_public_body");
    let written = policy.steps.iter().find(|step| step.channel.is_message()).unwrap().key.clone();
    let spoken = policy.steps.iter().find(|step| !step.channel.is_message()).unwrap().key.clone();
    assert_eq!(alerts(&written, StepOutcome::Sent, "2023-02-01"), 0, "a message that left");
    assert_eq!(alerts(&written, StepOutcome::Waived, "2023-02-01"), 1, "nothing left");
    assert_eq!(alerts(&spoken, StepOutcome::TaskCreated, "2023-02-01"), 1, "a call is no writing");
}

#[test]
fn a_word_on_the_due_date_is_no_claim_yet() {
    // the work was done in 2021: lost with 2025, unless it was claimed in 2022
    let told_after = |on: &str| {
        let mut sim = Sim::new(preset("fr_public_body"), CustomerKind::PublicBody, "2026-11-20");
        let id = sim.invoice("F-1", "2022-01-15", 10_000);
        sim.facts(id).evidence.service_done_on = Some(day("2021-12-15"));
        let written = preset("fr_public_body").steps.iter().find(|step| step.channel.is_message()).unwrap().key.clone();
        let sent = StepRecord { step_key: written, outcome: StepOutcome::Sent, done_on: day(on), granted_until: None, reason: None };
        sim.facts(id).steps = vec![sent];
        sim.look();
        told(&sim).concat()
    };
    assert!(told_after("2022-01-15").contains("is time-barred since 2026-01-01"), "{}", told_after("2022-01-15"));
    assert!(told_after("2022-01-16").contains("can be claimed until 2026-12-31"), "{}", told_after("2022-01-16"));
}
