//! The same reckoning a second time, on purpose without any cleverness: day by day, with whole fractions.

use chrono::{Datelike, Duration, NaiveDate};

use crate::charges::{
    CreditMode, DayCount, Debt, Imputation, Line, Movement, MovementKind, Rate, RateBook, RateUnknown, Regime, Series, Terms,
    engine::room,
    rate::HalfYear,
    reckon,
    regime::{BelowFloor, Clause, RULES, Start},
};

/// A seeded generator (xorshift): the same 10,000 ledgers in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: i64) -> i64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        i64::try_from(self.0 % u64::try_from(most).unwrap()).unwrap()
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.below(i64::try_from(of.len()).unwrap())).unwrap()]
    }
}

/// What the naive walk says.
#[derive(Debug, PartialEq, Eq)]
struct Said {
    lines: Vec<Line>,
    /// To interest, principal, compensation, nothing.
    shares: Vec<[i64; 4]>,
    principal: i64,
    interest_due: i64,
    fee: i64,
    fee_due: i64,
    credit: i64,
}

fn leap(year: i32) -> bool {
    (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
}

/// A line being built: what tells one from the next, and the sum of its days as a fraction over 365 × 366 × 10^8.
struct Open {
    key: (i64, HalfYear, Rate, i64),
    from: NaiveDate,
    to: NaiveDate,
    sum: i128,
}

fn close(open: Option<Open>, lines: &mut Vec<Line>) -> i64 {
    let Some(Open { key: (principal, half_year, rate, denominator), from, to, sum }) = open else { return 0 };
    let whole: i128 = 365 * 366 * 100_000_000;
    let (cents, rest) = (sum / whole, sum % whole);
    let interest = i64::try_from(if rest * 2 >= whole { cents + 1 } else { cents }).unwrap();
    lines.push(Line { from, to, days: (to - from).num_days() + 1, principal, half_year, rate, denominator, interest });
    interest
}

fn naive(debt: &Debt, terms: &Terms, as_of: NaiveDate, book: &RateBook) -> Result<Said, RateUnknown> {
    let rule = terms.regime().rule();
    let mut base = debt.total - debt.retention;
    let mut credit = 0;
    for movement in &debt.movements {
        if movement.kind == MovementKind::CreditNote(CreditMode::AbInitio) && movement.on <= as_of {
            base -= movement.amount;
        }
    }
    if base + debt.retention < 0 {
        credit = -(base + debt.retention);
    }
    let mut principal = base.max(0);
    let start = match (rule.start, debt.formal_notice_on) {
        (Start::AfterDue, _) => Some(debt.due_on),
        (Start::AfterFormalNotice, notice) => notice.map(|notice| notice.max(debt.due_on)),
    };
    let (mut lines, mut shares, mut open): (Vec<Line>, Vec<[i64; 4]>, Option<Open>) = (Vec::new(), Vec::new(), None);
    let (mut charged, mut paid, mut fee, mut fee_paid, mut first) = (0, 0, 0, 0, None);
    let mut day = debt.movements.iter().map(|movement| movement.on).min().unwrap_or(debt.due_on).min(debt.due_on);
    while day <= as_of {
        let runs = start.is_some_and(|start| day > start) && debt.insolvency_on.is_none_or(|judgment| day < judgment);
        if runs && principal > 0 {
            let half_year = if rule.frozen { *first.get_or_insert(HalfYear::of(day)) } else { HalfYear::of(day) };
            let rate = terms.regime().rate(half_year, book)?;
            let denominator = if terms.day_count == DayCount::ActAct && leap(day.year()) { 366 } else { 365 };
            let key = (principal, half_year, rate, denominator);
            if open.as_ref().is_some_and(|open| open.key != key) {
                charged += close(open.take(), &mut lines);
            }
            if fee == 0 {
                fee = terms.compensation(principal).map_or(0, |owed| owed.money().minor);
            }
            let other = if denominator == 365 { 366 } else { 365 };
            let today = i128::from(principal) * i128::from(rate.micro()) * other;
            let line = open.get_or_insert(Open { key, from: day, to: day, sum: 0 });
            line.to = day;
            line.sum += today;
        } else {
            charged += close(open.take(), &mut lines);
        }
        let mut todays: Vec<&Movement> = debt.movements.iter().filter(|movement| movement.on == day).collect();
        todays.retain(|movement| movement.kind != MovementKind::CreditNote(CreditMode::AbInitio));
        todays.sort_by_key(|movement| i32::from(movement.kind == MovementKind::Payment));
        for movement in todays {
            charged += close(open.take(), &mut lines);
            let mut left = movement.amount;
            let mut owed = [charged - paid, principal, fee - fee_paid];
            let mut share = [0; 4];
            let order: &[usize] = match (movement.kind, terms.imputation) {
                (MovementKind::CreditNote(_), _) => &[1],
                (_, Imputation::InterestFirst) => &[0, 1, 2],
                (_, Imputation::PrincipalFirst) => &[1, 0, 2],
                (_, Imputation::InterestFeePrincipal) => &[0, 2, 1],
            };
            while left > 0 && order.iter().any(|place| owed[*place] > 0) {
                let place = *order.iter().find(|place| owed[**place] > 0).unwrap();
                let part = owed[place].min(left);
                owed[place] -= part;
                share[place] += part;
                left -= part;
            }
            share[3] = left;
            credit += left;
            paid += share[0];
            principal -= share[1];
            fee_paid += share[2];
            shares.push(share);
        }
        day += Duration::days(1);
    }
    charged += close(open, &mut lines);
    Ok(Said { lines, shares, principal, interest_due: charged - paid, fee, fee_due: fee - fee_paid, credit })
}

fn random(chance: &mut Chance) -> (Debt, Terms, NaiveDate) {
    let base = NaiveDate::from_ymd_opt(2019, 1, 1).unwrap();
    let due_on = base + Duration::days(chance.below(2_600));
    let as_of = due_on + Duration::days(chance.below(1_100) - 20);
    let total = if chance.below(5) == 0 { 1 + chance.below(3_000) } else { 1 + chance.below(50_000_000) };
    let some =
        |chance: &mut Chance, often: i64, span: i64| (chance.below(often) == 0).then(|| due_on + Duration::days(chance.below(span) - 60));
    let movements = (0..chance.below(6))
        .map(|_| {
            let kinds = [
                MovementKind::Payment,
                MovementKind::Payment,
                MovementKind::CreditNote(CreditMode::FromDate),
                MovementKind::CreditNote(CreditMode::AbInitio),
            ];
            let share = chance.one(&[2, 3, 7, 20, 1_000]);
            let on = due_on + Duration::days(chance.below(1_000) - 60);
            Movement { on, amount: 1 + chance.below(total / share + 1), kind: chance.one(&kinds) }
        })
        .collect();
    let rule = RULES[usize::try_from(chance.below(10)).unwrap()];
    let figure = Rate::of_hundredths(i32::try_from(chance.below(1_600)).unwrap());
    let below_floor = chance.one(&[BelowFloor::Floor, BelowFloor::DefaultRate]);
    let clause = Clause { figure, below_floor, treat_as_statutory: chance.below(2) == 0 };
    let column = chance.one(&[Series::LegalAutres, Series::LegalParticuliers]);
    let mut terms = Terms::of_regime(Regime::of(rule.word, Some(clause), column).unwrap());
    terms.day_count = chance.one(&[DayCount::Act365Fixed, DayCount::ActAct]);
    terms.imputation = chance.one(&[Imputation::InterestFirst, Imputation::PrincipalFirst, Imputation::InterestFeePrincipal]);
    let retention = if chance.below(8) == 0 { chance.below(total / 10 + 1) } else { 0 };
    let debt = Debt {
        total,
        retention,
        due_on,
        formal_notice_on: some(chance, 2, 300),
        insolvency_on: some(chance, 5, 700),
        justified_costs: chance.below(20_000),
        movements,
    };
    (debt, terms, as_of)
}

#[test]
fn ten_thousand_random_ledgers_come_out_as_they_do_day_by_day() {
    let mut chance = Chance(0x9E37_79B9_7F4A_7C15);
    let book = RateBook::built_in();
    let (mut unknown, mut lines) = (0, 0);
    for number in 0..10_000 {
        let (debt, terms, as_of) = random(&mut chance);
        let (fast, slow) = (reckon(&debt, &terms, as_of, &book), naive(&debt, &terms, as_of, &book));
        let (fast, slow) = match (fast, slow) {
            (Err(fast), Err(slow)) => {
                assert_eq!(fast, slow, "{number}: {debt:?} {terms:?} {as_of}");
                unknown += 1;
                continue;
            }
            (fast, slow) => (fast.unwrap(), slow.unwrap()),
        };
        lines += fast.lines.len();
        // the walk never asks for room: what was made before it began is what is there at its end
        let judgment = debt.insolvency_on.map_or(NaiveDate::MAX, |day| day - Duration::days(1));
        assert_eq!(fast.lines.capacity(), room(&debt, &terms, as_of.min(judgment)), "{number}");
        assert!(fast.imputed.capacity() == debt.movements.len());
        let shares = fast.imputed.iter().map(|one| [one.to_interest, one.to_principal, one.to_fixed_compensation, one.unallocated]);
        let said = Said {
            lines: fast.lines.clone(),
            shares: shares.collect(),
            principal: fast.principal_due,
            interest_due: fast.interest_due(),
            fee: fast.fixed_compensation(),
            fee_due: fast.fixed_compensation_due(),
            credit: fast.credit_balance,
        };
        assert_eq!(said, slow, "{number}: {debt:?} {terms:?} {as_of}");
        let from_fee = (debt.justified_costs - fast.fixed_compensation()).max(0);
        assert_eq!(fast.complementary, if fast.fixed_compensation() > 0 { from_fee } else { 0 });
    }
    // the comparison is worth something only if most ledgers have figures, and some lack a rate
    assert!(lines > 15_000 && unknown > 100 && unknown < 4_000, "{lines} lines, {unknown} unknown");
}
