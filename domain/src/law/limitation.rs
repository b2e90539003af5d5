//! When a debt can no longer be claimed.

use chrono::{Datelike, NaiveDate};

use crate::customer::CustomerKind;

/// A professional against a consumer (C. conso. L218-2).
pub const CONSUMER_YEARS: u16 = 2;
/// Between traders, or a trader and a non-trader (C. com. L110-4; C. civ. 2224).
pub const PROFESSIONAL_YEARS: u16 = 5;

/// Carriage of goods (C. com. L133-6).
pub const CARRIAGE_YEARS: u16 = 1;
/// A public body with a public accountant, from 1 January following (loi 68-1250 art. 1).
pub const PUBLIC_YEARS: u16 = 4;

/// Days before the end on which a person is told.
pub const ALERTS: [i64; 3] = [180, 90, 30];

/// What kind of claim runs against time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// A professional's against a consumer; an unknown kind is taken for one.
    Consumer,
    /// Between professionals.
    Professional,
    /// For the carriage of goods.
    Carriage,
    /// Against a public body.
    Public,
}

impl Claim {
    /// By the debtor, and whether it is for carriage. The shorter period where the law leaves a doubt.
    pub fn of(kind: CustomerKind, carriage: bool) -> Self {
        match kind {
            _ if carriage => Self::Carriage,
            CustomerKind::Consumer | CustomerKind::Unknown => Self::Consumer,
            CustomerKind::Business => Self::Professional,
            CustomerKind::PublicBody => Self::Public,
        }
    }

    /// The article.
    pub fn citation(self) -> &'static str {
        match self {
            Self::Consumer => "C. conso. L218-2",
            Self::Professional => "C. com. L110-4; C. civ. 2224",
            Self::Carriage => "C. com. L133-6",
            Self::Public => "loi 68-1250 art. 1, 2",
        }
    }

    /// Does a written claim begin a new period? Only against a public body (loi 68-1250 art. 2); elsewhere not even a
    /// registered formal notice does (Cass. com. 18 May 2022, 20-23.204).
    pub fn is_interrupted_by_a_written_claim(self) -> bool {
        self == Self::Public
    }

    /// The last day of a period that begins on `from`.
    fn period(self, from: NaiveDate) -> NaiveDate {
        match self {
            Self::Consumer => limitation_end(from, CONSUMER_YEARS),
            Self::Professional => limitation_end(from, PROFESSIONAL_YEARS),
            Self::Carriage => limitation_end(from, CARRIAGE_YEARS),
            Self::Public => {
                let last = from.year().saturating_add(i32::from(PUBLIC_YEARS));
                NaiveDate::from_ymd_opt(last, 12, 31).unwrap_or(NaiveDate::MAX)
            }
        }
    }

    /// The last day on which it can be claimed. `start` is the day the work was done; each of `acts` that falls within the
    /// running period begins a new one (C. civ. 2231, 2240).
    pub fn ends_on(self, start: NaiveDate, acts: impl IntoIterator<Item = NaiveDate>) -> NaiveDate {
        let mut acts: Vec<NaiveDate> = acts.into_iter().filter(|act| *act > start).collect();
        acts.sort_unstable();
        acts.into_iter().fold(self.period(start), |end, act| if act <= end { self.period(act).max(end) } else { end })
    }
}

/// The last day of a period of `years` from `start`; from a 29 February the 28th (C. civ. 2229, the prudent reading).
pub fn limitation_end(start: NaiveDate, years: u16) -> NaiveDate {
    let year = start.year().saturating_add(i32::from(years));
    let last_of_february = || NaiveDate::from_ymd_opt(year, 2, 28);
    start.with_year(year).or_else(last_of_february).unwrap_or(NaiveDate::MAX)
}

/// The first day on which the debt can no longer be claimed, if `today` is one. `start` is the day the work was done;
/// an acknowledgment (a part payment) before the end begins a new period (C. civ. 2240, 2231); a reminder or a formal
/// notice does not (Cass. com. 18 May 2022, 20-23.204).
pub fn barred_since(start: NaiveDate, acknowledged_on: Option<NaiveDate>, years: u16, today: NaiveDate) -> Option<NaiveDate> {
    let first = limitation_end(start, years);
    let renewed = acknowledged_on.filter(|day| *day <= first && *day > start).map(|day| limitation_end(day, years));
    let end = renewed.unwrap_or(first);
    (today > end).then(|| end.succ_opt().unwrap_or(end))
}
