//! Lengths of time and the calendar arithmetic of payment terms.

use chrono::{Datelike, Days, Months, NaiveDate};

use super::words;

#[derive(Debug, Clone, Copy)]
pub(super) enum Unit {
    Days,
    Weeks,
    Months,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) count: u32,
    pub(super) of: Unit,
}

impl Span {
    /// About how long, to compare two.
    pub(super) fn days(self) -> u32 {
        match self.of {
            Unit::Days => self.count,
            Unit::Weeks => self.count.saturating_mul(7),
            Unit::Months => self.count.saturating_mul(30),
        }
    }

    /// The date a span after another; `None` for spans no invoice has.
    pub(super) fn after(self, date: NaiveDate) -> Option<NaiveDate> {
        if self.days() > 730 {
            return None;
        }
        match self.of {
            Unit::Months => date.checked_add_months(Months::new(self.count)),
            Unit::Days | Unit::Weeks => after_days(date, self.days()),
        }
    }
}

pub(super) fn unit(word: &str) -> Option<Unit> {
    if words::is(word, words::DAYS) {
        Some(Unit::Days)
    } else if words::is(word, words::WEEKS) {
        Some(Unit::Weeks)
    } else if words::is(word, words::MONTHS) {
        Some(Unit::Months)
    } else {
        None
    }
}

pub(super) fn after_days(date: NaiveDate, days: u32) -> Option<NaiveDate> {
    date.checked_add_days(Days::new(u64::from(days)))
}

pub(super) fn last_of_month(date: NaiveDate) -> Option<NaiveDate> {
    date.with_day(1)?.checked_add_months(Months::new(1))?.pred_opt()
}

pub(super) fn day_of_next_month(date: NaiveDate, day: u32) -> Option<NaiveDate> {
    let month = date.with_day(1)?.checked_add_months(Months::new(1))?;
    month.with_day(day).or_else(|| last_of_month(month))
}
