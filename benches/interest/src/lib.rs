//! One invoice over three half-years with two part payments, interest first; and the same walk written a second time with
//! `f64`: same dates, same lines, same order of imputation, same table of rates.

use chrono::{Datelike, NaiveDate};
use relance_domain::charges::{Debt, HalfYear, Movement, MovementKind, Series};

/// A day.
pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// 12 345.67 EUR due on 15 May 2025, two part payments.
pub fn debt() -> Debt {
    let paid = |on: &str, amount| Movement { on: day(on), amount, kind: MovementKind::Payment };
    Debt {
        total: 1_234_567,
        retention: 0,
        due_on: day("2025-05-15"),
        formal_notice_on: None,
        insolvency_on: None,
        justified_costs: 0,
        movements: vec![paid("2025-09-10", 400_000), paid("2026-02-20", 300_000)],
    }
}

/// A line in floats.
pub struct FloatLine {
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub days: i64,
    pub principal: f64,
    pub half_year: HalfYear,
    pub rate: f64,
    pub interest: f64,
}

/// The same walk with floats: lines, principal, interest owed.
pub fn in_floats(debt: &Debt, rates: &[((Series, HalfYear), f64)], as_of: NaiveDate) -> (Vec<FloatLine>, f64, f64) {
    let mut movements = debt.movements.clone();
    movements.retain(|movement| movement.on <= as_of);
    movements.sort_by_key(|movement| movement.on);
    let half_years = usize::try_from((as_of.year() - debt.due_on.year()) * 2 + 2).unwrap();
    let mut lines = Vec::with_capacity(half_years + movements.len());
    let mut from = debt.due_on.succ_opt().unwrap();
    let (mut principal, mut owed) = (debt.total as f64 / 100.0, 0.0);
    let mut accrue = |principal: f64, owed: &mut f64, until: NaiveDate| {
        while principal > 0.0 && from <= until {
            let half_year = HalfYear::of(from);
            let place = rates.binary_search_by_key(&(Series::EcbMro, half_year), |(key, _)| *key).unwrap();
            let rate = rates[place].1 + 10.0;
            let to = half_year.last_day().min(until);
            let days = to.signed_duration_since(from).num_days() + 1;
            let interest = (principal * rate / 100.0 * days as f64 / 365.0 * 100.0).round() / 100.0;
            lines.push(FloatLine { from, to, days, principal, half_year, rate, interest });
            *owed += interest;
            from = to.succ_opt().unwrap();
        }
    };
    for movement in movements {
        accrue(principal, &mut owed, movement.on);
        let amount = movement.amount as f64 / 100.0;
        let to_interest = amount.min(owed);
        owed -= to_interest;
        principal -= (amount - to_interest).min(principal);
    }
    accrue(principal, &mut owed, as_of);
    (lines, principal, owed)
}
