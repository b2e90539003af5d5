//! Interest, line by line: one walk over the payments of a debt, one inner loop over half-years, in whole numbers.

use chrono::{Datelike, NaiveDate};

use super::{
    book::{RateBook, RateUnknown},
    debt::{CreditMode, Debt, Exact, Imputed, Line, Movement, MovementKind, Reckoning, half_up},
    rate::{HalfYear, Rate},
    regime::Start,
    terms::{DayCount, Imputation, Terms},
};

/// Principal × rate counts in this many parts of a minor unit: millionths of a percent.
pub(super) const PER_MINOR: i128 = 100_000_000;

/// What is owed for a debt at the end of a day. The due date bears nothing, the day of payment does; a credit note of a
/// day comes before a payment of that day; a payment is set against cents already rounded, as the printed lines say.
///
/// # Errors
/// [`RateUnknown`] at the first half-year that cannot be reckoned.
pub fn reckon(debt: &Debt, terms: &Terms, as_of: NaiveDate, book: &RateBook) -> Result<Reckoning, RateUnknown> {
    reckon_until(debt, terms, as_of, as_of, book)
}

/// The same, but interest stops after `known_until`: what a statement does when a rate is missing. Payments count up to `as_of`.
///
/// # Errors
/// [`RateUnknown`] when a rate before that day is missing.
pub fn reckon_until(
    debt: &Debt,
    terms: &Terms,
    as_of: NaiveDate,
    known_until: NaiveDate,
    book: &RateBook,
) -> Result<Reckoning, RateUnknown> {
    let mut walk = Walk::begin(debt, terms, as_of, known_until, book);
    for movement in in_order(debt, as_of) {
        walk.accrue_to(movement.on)?;
        walk.take(movement);
    }
    walk.accrue_to(as_of)?;
    Ok(walk.end(debt.justified_costs))
}

/// What moves the debt up to a day, oldest first, credit notes before payments. Credit notes from the start are in the base.
fn in_order(debt: &Debt, as_of: NaiveDate) -> Vec<Movement> {
    let moves = |movement: &&Movement| movement.on <= as_of && movement.kind != MovementKind::CreditNote(CreditMode::AbInitio);
    let mut movements: Vec<Movement> = debt.movements.iter().filter(moves).copied().collect();
    movements.sort_by_key(|movement| (movement.on, movement.kind == MovementKind::Payment));
    movements
}

struct Walk<'a> {
    terms: &'a Terms,
    book: &'a RateBook,
    /// First day not yet reckoned; `None`: no interest runs.
    next: Option<NaiveDate>,
    /// Last day that can bear interest.
    last: NaiveDate,
    /// The rate that holds throughout, once known.
    frozen: Option<(HalfYear, Rate)>,
    principal: i64,
    out: Reckoning,
}

impl<'a> Walk<'a> {
    fn begin(debt: &Debt, terms: &'a Terms, as_of: NaiveDate, known_until: NaiveDate, book: &'a RateBook) -> Self {
        let from_the_start = |movement: &&Movement| movement.on <= as_of && movement.kind == MovementKind::CreditNote(CreditMode::AbInitio);
        let corrected = debt.movements.iter().filter(from_the_start).fold(debt.total, |sum, credit| sum.saturating_sub(credit.amount));
        let principal = corrected.saturating_sub(debt.retention).max(0);
        let start = start(debt, terms);
        let judgment = debt.insolvency_on.map_or(NaiveDate::MAX, |day| day.pred_opt().unwrap_or(day));
        let last = as_of.min(known_until).min(judgment);
        Self {
            terms,
            book,
            next: start,
            last,
            frozen: None,
            principal,
            out: Reckoning {
                lines: Vec::with_capacity(room(debt, terms, last)),
                imputed: Vec::with_capacity(debt.movements.len()),
                interest: 0,
                interest_paid: 0,
                exact: Exact::default(),
                principal_due: 0,
                compensation: None,
                compensation_paid: 0,
                complementary: 0,
                credit_balance: corrected.saturating_neg().max(0),
            },
        }
    }

    /// Reckons every day up to `day` included: a line per half-year, or per civil year where its length counts.
    /// Nothing is allocated here: room for the lines was made before.
    fn accrue_to(&mut self, day: NaiveDate) -> Result<(), RateUnknown> {
        let Some(mut from) = self.next else { return Ok(()) };
        let until = day.min(self.last);
        if from > until {
            return Ok(());
        }
        self.next = until.succ_opt();
        while self.principal > 0 && from <= until {
            let (half_year, rate) = self.rate_on(from)?;
            let to = self.same_line_until(from).min(until);
            self.add(Line { from, to, half_year, rate, ..self.line(from, to, rate) });
            let Some(next) = to.succ_opt() else { break };
            from = next;
        }
        Ok(())
    }

    fn rate_on(&mut self, day: NaiveDate) -> Result<(HalfYear, Rate), RateUnknown> {
        if let Some(frozen) = self.frozen {
            return Ok(frozen);
        }
        let half_year = HalfYear::of(day);
        let found = (half_year, self.terms.regime().rate(half_year, self.book)?);
        if self.terms.regime().rule().frozen {
            self.frozen = Some(found);
        }
        Ok(found)
    }

    /// The last day on which neither the rate nor the length of the year changes.
    fn same_line_until(&self, day: NaiveDate) -> NaiveDate {
        if !self.terms.regime().rule().frozen {
            return HalfYear::of(day).last_day();
        }
        if self.terms.day_count == DayCount::Act365Fixed {
            return NaiveDate::MAX;
        }
        let mut year = day.year();
        while year_days(year) == 365 && year_days(year + 1) == 365 {
            year += 1;
        }
        NaiveDate::from_ymd_opt(year, 12, 31).unwrap_or(NaiveDate::MAX)
    }

    fn line(&self, from: NaiveDate, to: NaiveDate, rate: Rate) -> Line {
        let days = to.signed_duration_since(from).num_days() + 1;
        let denominator = match self.terms.day_count {
            DayCount::Act365Fixed => 365,
            DayCount::ActAct => year_days(from.year()),
        };
        let parts = parts(self.principal, rate, days);
        let interest = i64::try_from(half_up(parts, PER_MINOR * i128::from(denominator))).unwrap_or(i64::MAX);
        Line { from, to, days, principal: self.principal, half_year: HalfYear::of(from), rate, denominator, interest }
    }

    fn add(&mut self, line: Line) {
        if self.out.compensation.is_none() {
            self.out.compensation = self.terms.compensation(self.principal);
        }
        let side = if line.denominator == 366 { &mut self.out.exact.over_366 } else { &mut self.out.exact.over_365 };
        *side = side.saturating_add(parts(line.principal, line.rate, line.days));
        self.out.interest = self.out.interest.saturating_add(line.interest);
        self.out.lines.push(line);
    }

    fn take(&mut self, movement: Movement) {
        let mut left = movement.amount;
        let mut pay = |owed: i64| {
            let part = owed.min(left).max(0);
            left -= part;
            part
        };
        let (interest, fee) = (self.out.interest_due(), self.out.fixed_compensation_due());
        let (to_interest, to_principal, to_fixed_compensation) = match (movement.kind, self.terms.imputation) {
            (MovementKind::CreditNote(_), _) => (0, pay(self.principal), 0),
            (MovementKind::Payment, Imputation::InterestFirst) => {
                let to_interest = pay(interest);
                let to_principal = pay(self.principal);
                (to_interest, to_principal, pay(fee))
            }
            (MovementKind::Payment, Imputation::PrincipalFirst) => {
                let to_principal = pay(self.principal);
                let to_interest = pay(interest);
                (to_interest, to_principal, pay(fee))
            }
            (MovementKind::Payment, Imputation::InterestFeePrincipal) => {
                let to_interest = pay(interest);
                let to_fee = pay(fee);
                (to_interest, pay(self.principal), to_fee)
            }
        };
        self.principal -= to_principal;
        self.out.interest_paid += to_interest;
        self.out.compensation_paid += to_fixed_compensation;
        self.out.credit_balance = self.out.credit_balance.saturating_add(left);
        self.out.imputed.push(Imputed { movement, to_interest, to_principal, to_fixed_compensation, unallocated: left });
    }

    fn end(self, justified_costs: i64) -> Reckoning {
        let complementary = self.out.compensation.map_or(0, |fixed| fixed.complementary(justified_costs));
        Reckoning { principal_due: self.principal, complementary, ..self.out }
    }
}

/// Principal × rate × days, in [`PER_MINOR`] parts of a minor unit and days of a year.
fn parts(principal: i64, rate: Rate, days: i64) -> i128 {
    i128::from(principal) * i128::from(rate.micro().max(0)) * i128::from(days)
}

fn start(debt: &Debt, terms: &Terms) -> Option<NaiveDate> {
    match terms.regime().rule().start {
        Start::AfterDue => debt.due_on.succ_opt(),
        Start::AfterFormalNotice => debt.formal_notice_on.and_then(|notice| notice.max(debt.due_on).succ_opt()),
    }
}

/// Room for every line there can be: one a half-year, and one more for each payment or credit note.
pub(super) fn room(debt: &Debt, terms: &Terms, last: NaiveDate) -> usize {
    let Some(from) = start(debt, terms) else { return 0 };
    let half_years = (i64::from(last.year()) - i64::from(from.year())) * 2 + 2;
    usize::try_from(half_years.clamp(0, 1_000)).unwrap_or(0) + debt.movements.len()
}

fn year_days(year: i32) -> i64 {
    if NaiveDate::from_ymd_opt(year, 2, 29).is_some() { 366 } else { 365 }
}
