//! What exact interest costs beside floating point: `cargo run --release -p relance-domain --example interest`.
//!
//! One invoice over three half-years with two part payments, interest first. The same walk is written a second time with
//! `f64` (same dates, same lines, same order of imputation, same table of rates); both are run in turn, many rounds, and the
//! median of each is printed with the ratio and its spread.

#![allow(clippy::unwrap_used, clippy::float_arithmetic, reason = "a program for a terminal, and the floats are what is compared with")]

use std::{hint::black_box, time::Instant};

use chrono::{Datelike, NaiveDate};
use relance_domain::charges::{Debt, HalfYear, Movement, MovementKind, RateBook, Regime, Series, Terms, reckon};

const ROUNDS: usize = 101;
const RUNS: u32 = 20_000;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn debt() -> Debt {
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

struct FloatLine {
    from: NaiveDate,
    to: NaiveDate,
    days: i64,
    principal: f64,
    half_year: HalfYear,
    rate: f64,
    interest: f64,
}

/// The same walk with floats.
fn in_floats(debt: &Debt, rates: &[((Series, HalfYear), f64)], as_of: NaiveDate) -> (Vec<FloatLine>, f64, f64) {
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

fn nanoseconds(mut run: impl FnMut()) -> f64 {
    let begin = Instant::now();
    for _ in 0..RUNS {
        run();
    }
    begin.elapsed().as_secs_f64() * 1e9 / f64::from(RUNS)
}

fn median(mut list: Vec<f64>) -> f64 {
    list.sort_by(f64::total_cmp);
    list[list.len() / 2]
}

fn main() {
    let (debt, as_of, book) = (debt(), day("2026-03-31"), RateBook::built_in());
    let terms = Terms::of_regime(Regime::of("fr_b2b_default", None, Series::LegalAutres).unwrap());
    let rates: Vec<((Series, HalfYear), f64)> =
        book.all().iter().map(|rate| ((rate.series, rate.half_year), rate.rate.to_string().parse().unwrap())).collect();

    let exact = reckon(&debt, &terms, as_of, &book).unwrap();
    let (lines, principal, owed) = in_floats(&debt, &rates, as_of);
    assert_eq!(exact.lines.len(), lines.len());
    for (exact, float) in exact.lines.iter().zip(&lines) {
        assert_eq!((exact.from, exact.to, exact.days, exact.half_year), (float.from, float.to, float.days, float.half_year));
        println!(
            "{} {} {:>3} d  {:>10.2} at {:>5.2} %  {:>8.2}",
            float.from,
            float.to,
            float.days,
            float.principal,
            float.rate,
            exact.interest as f64 / 100.0
        );
    }
    assert!((exact.principal_due as f64 / 100.0 - principal).abs() < 0.05 && (exact.interest_due() as f64 / 100.0 - owed).abs() < 0.05);

    let (mut whole, mut floats) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        whole.push(nanoseconds(|| {
            black_box(reckon(black_box(&debt), &terms, as_of, &book).unwrap());
        }));
        floats.push(nanoseconds(|| {
            black_box(in_floats(black_box(&debt), &rates, as_of));
        }));
    }
    let mut ratios: Vec<f64> = whole.iter().zip(&floats).map(|(whole, float)| whole / float).collect();
    ratios.sort_by(f64::total_cmp);
    let (whole, floats) = (median(whole), median(floats));
    println!("whole numbers {whole:.0} ns, f64 {floats:.0} ns an invoice (median of {ROUNDS} rounds of {RUNS})");
    let (low, middle, high) = (ratios[ROUNDS / 20], ratios[ROUNDS / 2], ratios[ROUNDS - 1 - ROUNDS / 20]);
    println!("ratio {middle:.2} (5 % to 95 %: {low:.2} to {high:.2})");
}
