//! The walk over days and half-years asks the memory for nothing: room is made before it, once.
#![allow(clippy::unwrap_used)]

use allocation_counter::measure;
use chrono::{Days, NaiveDate};
use relance_domain::charges::{Debt, Movement, MovementKind, RateBook, RateUnknown, Reckoning, Regime, Series, Terms, reckon};

fn due() -> NaiveDate {
    "2016-01-15".parse().unwrap()
}

fn after(days: u64) -> NaiveDate {
    due().checked_add_days(Days::new(days)).unwrap()
}

fn debt(payments: usize) -> Debt {
    let paid = |n: usize| Movement { on: after(30 + 40 * u64::try_from(n).unwrap()), amount: 10_000, kind: MovementKind::Payment };
    Debt {
        total: 1_234_567,
        retention: 0,
        due_on: due(),
        formal_notice_on: None,
        insolvency_on: None,
        justified_costs: 0,
        movements: (0..payments).map(paid).collect(),
    }
}

/// Allocations of one reckoning, and what it says.
fn allocations(payments: usize, days: u64) -> (u64, Reckoning) {
    let (debt, book) = (debt(payments), RateBook::built_in());
    let terms = Terms::of_regime(Regime::of("fr_b2b_default", None, Series::LegalAutres).unwrap());
    let mut done: Option<Result<Reckoning, RateUnknown>> = None;
    let counted = measure(|| done = Some(reckon(&debt, &terms, after(days), &book)));
    (counted.count_total, done.unwrap().unwrap())
}

#[test]
fn ten_years_allocate_as_little_as_one_day() {
    let (one_day, short) = allocations(0, 1);
    let (ten_years, long) = allocations(0, 3_650);
    assert_eq!((short.lines.len(), long.lines.len()), (1, 21));
    // room for the lines, and nothing else
    assert_eq!((one_day, ten_years), (1, 1));
}

#[test]
fn payments_in_between_take_room_for_themselves_and_the_walk_takes_none() {
    let (few, _) = allocations(2, 90);
    let (many, done) = allocations(2, 3_650);
    assert_eq!(done.imputed.len(), 2);
    // room for the lines, for what was imputed, and the payments in order
    assert_eq!((few, many), (3, 3));
}
