//! What the golden file does not tell: the table of `law.md` §9 that is not in it, regimes abroad, and the edges.

use chrono::NaiveDate;

use crate::{
    charges::{
        BelowFloor, Clause, CreditMode, DayCount, Debt, HalfYear, Imputation, Movement, MovementKind, PublishedRate, RULES, Rate, RateBook,
        Reckoning, Regime, Series, Terms, reckon, reckon_until,
    },
    customer::CustomerKind,
};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn regime(word: &str) -> Regime {
    Regime::of(word, None, Series::LegalAutres).unwrap()
}

fn clause(word: &str, figure: &str, below_floor: BelowFloor, treat_as_statutory: bool) -> Regime {
    let clause = Clause { figure: figure.parse().unwrap(), below_floor, treat_as_statutory };
    Regime::of(word, Some(clause), Series::LegalAutres).unwrap()
}

fn debt(total: i64, due_on: &str) -> Debt {
    Debt {
        total,
        retention: 0,
        due_on: day(due_on),
        formal_notice_on: None,
        insolvency_on: None,
        justified_costs: 0,
        movements: Vec::new(),
    }
}

fn paid(on: &str, amount: i64) -> Movement {
    Movement { on: day(on), amount, kind: MovementKind::Payment }
}

fn credited(on: &str, amount: i64, mode: CreditMode) -> Movement {
    Movement { on: day(on), amount, kind: MovementKind::CreditNote(mode) }
}

fn owed(debt: &Debt, regime: Regime, as_of: &str) -> Reckoning {
    reckon(debt, &Terms::of_regime(regime), day(as_of), &RateBook::built_in()).unwrap()
}

#[test]
fn the_rest_of_the_table_of_the_law_comes_out() {
    let default = || regime("fr_b2b_default");
    let with = |debt: Debt, movements: Vec<Movement>| Debt { movements, ..debt };
    let rows: Vec<(&str, Debt, Regime, &str, i64, i64, i64)> = vec![
        ("E04", debt(500_000, "2024-01-31"), default(), "2024-03-31", 60, 11_918, 515_918),
        ("E08", debt(365_000, "2026-06-30"), default(), "2026-07-10", 10, 1_240, 370_240),
        (
            "E15",
            with(debt(500_000, "2026-02-28"), vec![credited("2026-04-15", 150_000, CreditMode::FromDate)]),
            default(),
            "2026-05-31",
            92,
            13_015,
            367_015,
        ),
        ("E21", with(debt(730_000, "2026-06-30"), vec![]), regime("fr_b2g"), "2026-07-20", 20, 4_160, 738_160),
        ("E23", Debt { retention: 60_000, ..debt(1_200_000, "2026-03-31") }, regime("fr_b2g"), "2026-05-31", 61, 19_338, 1_163_338),
        ("E29", debt(1_000_000, "2024-03-31"), clause("fr_b2b_fixed", "10", BelowFloor::Floor, true), "2024-09-30", 183, 75_124, 1_079_124),
        (
            "E31",
            debt(1_000_000, "2024-03-31"),
            clause("fr_b2b_ecb_plus", "10", BelowFloor::Floor, false),
            "2024-09-30",
            183,
            75_124,
            1_079_124,
        ),
        (
            "E31 as statute",
            debt(1_000_000, "2024-03-31"),
            clause("fr_b2b_ecb_plus", "10", BelowFloor::Floor, true),
            "2024-09-30",
            183,
            72_069,
            1_076_069,
        ),
        ("E33", Debt { insolvency_on: Some(day("2026-06-10")), ..debt(500_000, "2026-06-30") }, default(), "2026-09-30", 0, 0, 500_000),
        ("E36", Debt { justified_costs: 2_250, ..debt(300_000, "2026-03-31") }, default(), "2026-05-31", 61, 6_092, 310_092),
        ("E42", debt(1_000_000, "2026-05-31"), regime("be_b2b"), "2026-08-31", 92, 26_466, 1_030_466),
        ("E44", debt(800_000, "2024-03-31"), regime("uk_b2b"), "2024-09-30", 183, 53_145, 860_145),
    ];
    for (name, debt, regime, as_of, days, interest, total) in rows {
        let done = owed(&debt, regime, as_of);
        assert_eq!((done.days(), done.interest, done.total_due()), (days, interest, total), "{name}: {done:?}");
    }
}

#[test]
fn half_a_cent_is_rounded_up() {
    // 456.25 at 10 % for one day is 0.125 exactly (E40)
    let done = owed(&debt(45_625, "2020-03-02"), regime("fr_b2b_default"), "2020-03-03");
    assert_eq!((done.interest, done.exact.millionths(2)), (13, 125_000));
}

#[test]
fn a_consumer_owes_interest_from_the_day_after_the_notice_or_the_due_date_whichever_is_later() {
    let before = Debt { formal_notice_on: Some(day("2026-03-01")), ..debt(50_000, "2026-05-10") };
    let done = owed(&before, regime("fr_legal"), "2026-06-30");
    assert_eq!((done.lines[0].from, done.days(), done.interest, done.fixed_compensation()), (day("2026-05-11"), 51, 183, 0));
    let column = Regime::of("fr_legal", None, Series::LegalParticuliers).unwrap();
    let noticed = Debt { formal_notice_on: Some(day("2026-04-01")), justified_costs: 30_000, ..debt(85_000, "2026-02-28") };
    let done = owed(&noticed, column, "2026-09-30");
    assert_eq!((done.interest, done.complementary, done.total_due()), (2_863, 0, 87_863));
}

#[test]
fn no_regime_with_a_fee_can_be_made_to_meet_a_consumer_or_an_unknown_kind() {
    for rule in RULES {
        let clause = Some(Clause { figure: Rate::points(12), below_floor: BelowFloor::Floor, treat_as_statutory: false });
        let regime = Regime::of(rule.word, clause, Series::LegalAutres).unwrap();
        for kind in [CustomerKind::Consumer, CustomerKind::Unknown] {
            match Terms::for_customer(kind, regime) {
                Err(refused) => assert_eq!(refused.kind, kind),
                Ok(terms) => {
                    assert_eq!(rule.word, "fr_legal");
                    assert_eq!(terms.compensation(i64::MAX), None);
                }
            }
        }
        assert_eq!(Terms::for_customer(CustomerKind::PublicBody, regime).is_ok(), rule.debtors.contains(&CustomerKind::PublicBody));
    }
}

#[test]
fn a_missing_half_year_is_named_and_the_statement_can_stop_before_it() {
    let (book, terms) = (RateBook::built_in(), Terms::of_regime(regime("fr_b2b_default")));
    let mut late = debt(500_000, "2026-11-30");
    let unknown = reckon(&late, &terms, day("2027-01-15"), &book).unwrap_err();
    assert_eq!((unknown.missing(), unknown.known_until()), ("ecb_mro 2027S1".to_owned(), day("2026-12-31")));
    late.movements.push(paid("2027-01-10", 100_000));
    let stopped = reckon_until(&late, &terms, day("2027-01-15"), unknown.known_until(), &book).unwrap();
    assert_eq!((stopped.interest, stopped.imputed.len(), stopped.lines.last().unwrap().to), (5_266, 1, day("2026-12-31")));
    // what was paid before needs no rate
    late.movements = vec![paid("2026-12-20", 600_000)];
    assert!(reckon(&late, &terms, day("2027-06-30"), &book).is_ok());
    let entered = PublishedRate {
        series: Series::EcbMro,
        half_year: HalfYear::new(2027, 1),
        rate: "2.65".parse().unwrap(),
        source: "ECB".into(),
        entered_on: day("2027-01-02"),
    };
    late.movements.clear();
    let done = reckon(&late, &terms, day("2027-01-15"), &book.with([entered])).unwrap();
    assert_eq!(done.lines[1].rate.to_string(), "12.65");
}

#[test]
fn a_frozen_regime_has_one_line_unless_the_length_of_the_year_counts() {
    let book = RateBook::built_in();
    let mut terms = Terms::of_regime(regime("fr_b2g"));
    let long = debt(1_000_000, "2023-05-31");
    assert_eq!(reckon(&long, &terms, day("2026-03-31"), &book).unwrap().lines.len(), 1);
    terms.day_count = DayCount::ActAct;
    let lines = reckon(&long, &terms, day("2026-03-31"), &book).unwrap().lines;
    assert_eq!(lines.iter().map(|line| line.denominator).collect::<Vec<_>>(), [365, 366, 365]);
    assert!(lines.iter().all(|line| line.half_year == HalfYear::new(2023, 1)));
}

#[test]
fn a_credit_note_of_a_day_comes_before_a_payment_of_that_day_and_pays_no_interest() {
    let mut late = debt(100_000, "2026-03-31");
    late.movements = vec![paid("2026-04-30", 90_000), credited("2026-04-30", 20_000, CreditMode::FromDate)];
    let mut terms = Terms::of_regime(regime("fr_b2b_default"));
    terms.imputation = Imputation::PrincipalFirst;
    let done = reckon(&late, &terms, day("2026-05-31"), &RateBook::built_in()).unwrap();
    assert_eq!((done.imputed[0].to_principal, done.imputed[0].to_interest), (20_000, 0));
    assert_eq!((done.imputed[1].to_principal, done.imputed[1].to_interest, done.imputed[1].to_fixed_compensation), (80_000, 999, 4_000));
    assert_eq!((done.credit_balance, done.total_due()), (5_001, 0));
}

#[test]
fn the_largest_amount_over_a_long_time_stays_exact() {
    let done = owed(&debt(crate::money::MAX_MINOR, "2016-01-31"), regime("fr_b2b_default"), "2026-11-21");
    let sum: i64 = done.lines.iter().map(|line| line.interest).sum();
    assert_eq!(done.interest, sum);
    let exact = done.exact.millionths(2);
    assert!((i128::from(done.interest) * 10_000 - exact).abs() < 30 * 10_000, "{} {exact}", done.interest);
}
