//! `cargo bench --manifest-path benches/interest/Cargo.toml`.
//!
//! Criterion measures both walks; then both are run in turn, many rounds, and the ratio is printed with its spread: what
//! disturbs the machine disturbs both.

use std::{hint::black_box, time::Instant};

use criterion::Criterion;
use relance_domain::charges::{HalfYear, RateBook, Regime, Series, Terms, reckon};
use relance_interest_bench::{day, debt, in_floats};

const ROUNDS: usize = 5_001;
/// A fifth of a millisecond: most rounds are over before somebody else has the core.
const RUNS: u32 = 200;

fn nanoseconds(mut run: impl FnMut()) -> f64 {
    let begin = Instant::now();
    for _ in 0..RUNS {
        run();
    }
    begin.elapsed().as_secs_f64() * 1e9 / f64::from(RUNS)
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
        assert!((exact.interest as f64 / 100.0 - float.interest).abs() < 0.015);
    }
    assert!((exact.principal_due as f64 / 100.0 - principal).abs() < 0.05 && (exact.interest_due() as f64 / 100.0 - owed).abs() < 0.05);

    let whole = || black_box(reckon(black_box(&debt), &terms, as_of, &book).unwrap());
    let floats = || black_box(in_floats(black_box(&debt), &rates, as_of));
    let mut criterion = Criterion::default().configure_from_args();
    criterion.bench_function("interest/whole_numbers", |bencher| bencher.iter(whole));
    criterion.bench_function("interest/f64", |bencher| bencher.iter(floats));
    criterion.final_summary();

    let mut ratios: Vec<f64> = (0..ROUNDS).map(|_| nanoseconds(|| drop(whole())) / nanoseconds(|| drop(floats()))).collect();
    ratios.sort_by(f64::total_cmp);
    let (low, middle, high) = (ratios[ROUNDS / 20], ratios[ROUNDS / 2], ratios[ROUNDS - 1 - ROUNDS / 20]);
    println!("whole numbers / f64: {middle:.2} (5 % to 95 % of {ROUNDS} rounds: {low:.2} to {high:.2})");
}
