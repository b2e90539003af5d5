//! What is reckoned: a debt with what was paid and credited; and what comes of it. Minor units of one currency.

use chrono::NaiveDate;

use serde::{Deserialize, Serialize};

use super::{
    debtor::Compensation,
    rate::{HalfYear, Rate},
};

/// What a credit note does to interest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CreditMode {
    /// The invoice was wrong: the base is lower from the start.
    AbInitio,
    /// A later gesture: the base is lower from that day.
    FromDate,
}

/// What lowers a debt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MovementKind {
    /// A credit note.
    CreditNote(CreditMode),
    /// A payment, by the day the creditor has the money (CJEU C-306/06).
    Payment,
}

/// Something that lowers a debt on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Movement {
    /// Day.
    pub on: NaiveDate,
    /// Minor units, positive.
    pub amount: i64,
    /// What it is.
    pub kind: MovementKind,
}

/// One invoice as late charges see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Debt {
    /// VAT included (CJEU C-585/20), minor units.
    pub total: i64,
    /// Guarantee kept back by a public buyer: not yet owed, so it bears nothing (CCP R2192-32).
    pub retention: i64,
    /// Due date; never moved by a Sunday or holiday.
    pub due_on: NaiveDate,
    /// Day a formal notice was received.
    pub formal_notice_on: Option<NaiveDate>,
    /// Day of the insolvency judgment: interest stops the day before (C. com. L622-28).
    pub insolvency_on: Option<NaiveDate>,
    /// Proven costs of recovery.
    pub justified_costs: i64,
    /// Payments and credit notes, in any order.
    pub movements: Vec<Movement>,
}

impl Debt {
    /// What was unpaid when the debt became late, if it was late by a day at the end of `as_of`: paid on its due date it
    /// is not, nor when the judgment came before the first day of delay.
    pub fn late(&self, as_of: NaiveDate) -> Option<i64> {
        let first = self.due_on.succ_opt()?;
        let counts = |movement: &&Movement| {
            let corrects = movement.kind == MovementKind::CreditNote(CreditMode::AbInitio) && movement.on <= as_of;
            movement.on <= self.due_on || corrects
        };
        let lowered = self.movements.iter().filter(counts).fold(0_i64, |sum, movement| sum.saturating_add(movement.amount));
        let unpaid = self.total.saturating_sub(self.retention).saturating_sub(lowered);
        let in_time = first <= as_of && self.insolvency_on.is_none_or(|judgment| judgment > first);
        (in_time && unpaid > 0).then_some(unpaid)
    }
}

/// One printed line: one principal, one rate, consecutive days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
    /// Days, both included.
    pub days: i64,
    /// What bears interest, minor units.
    pub principal: i64,
    /// Half-year whose rate it is.
    pub half_year: HalfYear,
    /// Percent a year.
    pub rate: Rate,
    /// Days of the year: 365 or 366.
    pub denominator: i64,
    /// Rounded half up to the minor unit.
    pub interest: i64,
}

impl Line {
    /// What one further day at this principal and rate costs, rounded half up.
    pub fn a_day(&self) -> i64 {
        let parts = i128::from(self.principal) * i128::from(self.rate.micro().max(0));
        i64::try_from(half_up(parts, super::engine::PER_MINOR * i128::from(self.denominator))).unwrap_or(i64::MAX)
    }
}

/// How a payment or credit note was set against a debt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Imputed {
    /// The payment or credit note.
    pub movement: Movement,
    /// To interest.
    pub to_interest: i64,
    /// To principal.
    pub to_principal: i64,
    /// To the fixed compensation.
    pub to_fixed_compensation: i64,
    /// What nothing was owed for.
    pub unallocated: i64,
}

/// Interest before rounding: numerators over 365 and over 366.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Exact {
    pub(super) over_365: i128,
    pub(super) over_366: i128,
}

impl Exact {
    /// In millionths of the currency's unit, half up; `exponent` is its number of decimals.
    pub fn millionths(&self, exponent: u8) -> i128 {
        let joined = self.over_365.saturating_mul(366).saturating_add(self.over_366.saturating_mul(365));
        let shift = 6_u32.saturating_sub(u32::from(exponent));
        half_up(joined.saturating_mul(10_i128.pow(shift)), 365 * 366 * super::engine::PER_MINOR)
    }
}

/// Rounded half up; both positive.
pub(super) fn half_up(numerator: i128, denominator: i128) -> i128 {
    (numerator.saturating_mul(2).saturating_add(denominator)).div_euclid(denominator.saturating_mul(2))
}

/// What is owed at a day for one debt. Minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reckoning {
    /// Interest line by line.
    pub lines: Vec<Line>,
    /// Payments and credit notes from a date, in order.
    pub imputed: Vec<Imputed>,
    /// Sum of the lines.
    pub interest: i64,
    /// Of which paid.
    pub interest_paid: i64,
    /// Before rounding.
    pub exact: Exact,
    /// Principal unpaid.
    pub principal_due: i64,
    /// Fixed compensation, once the debt was late by a day.
    pub compensation: Option<Compensation>,
    /// Of which paid.
    pub compensation_paid: i64,
    /// Costs above the fixed compensation.
    pub complementary: i64,
    /// To give back (C. civ. 1302).
    pub credit_balance: i64,
}

impl Reckoning {
    /// Days that bore interest.
    pub fn days(&self) -> i64 {
        self.lines.iter().map(|line| line.days).sum()
    }

    /// Interest unpaid.
    pub fn interest_due(&self) -> i64 {
        self.interest.saturating_sub(self.interest_paid)
    }

    /// The fixed compensation, 0 where none is owed.
    pub fn fixed_compensation(&self) -> i64 {
        self.compensation.map_or(0, |owed| owed.money().minor)
    }

    /// Of which unpaid.
    pub fn fixed_compensation_due(&self) -> i64 {
        self.fixed_compensation().saturating_sub(self.compensation_paid)
    }

    /// All that is owed.
    pub fn total_due(&self) -> i64 {
        [self.interest_due(), self.principal_due, self.fixed_compensation_due(), self.complementary]
            .into_iter()
            .fold(0, i64::saturating_add)
    }
}
