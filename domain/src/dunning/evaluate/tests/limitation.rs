//! The limitation clock: a person is told in time, and once.

use super::sim::{Sim, business, day, preset};
use crate::customer::CustomerKind;

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
