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

    /// The first day on which it can no longer be claimed, if `today` is one.
    pub fn barred_since(self, start: NaiveDate, acts: impl IntoIterator<Item = NaiveDate>, today: NaiveDate) -> Option<NaiveDate> {
        let end = self.ends_on(start, acts);
        (today > end).then(|| end.succ_opt().unwrap_or(end))
    }

    /// The last day on which it can be claimed. `start` is the day the work was done; each of `acts` that falls within the
    /// running period begins a new one (C. civ. 2231, 2240).
    pub fn ends_on(self, start: NaiveDate, acts: impl IntoIterator<Item = NaiveDate>) -> NaiveDate {
        let mut acts: Vec<NaiveDate> = acts.into_iter().filter(|act| *act > start).collect();
        acts.sort_unstable();
        acts.into_iter().fold(self.period(start), |end, act| if act <= end { self.period(act).max(end) } else { end })
    }
}

/// What the debtor or the creditor did that begins a new period: the closed list of the law. A reminder is not on it, nor a
/// formal notice (Cass. com. 18 May 2022, 20-23.204); a part payment is, and the ledger knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interruption {
    /// The debtor acknowledged the debt in writing (C. civ. 2240).
    Acknowledgment,
    /// The debtor asked for time to pay (C. civ. 2240; Cass. 1re civ. 16 Nov. 2006, 05-18.287).
    RequestForTime,
    /// The debtor accepted a plan of instalments (C. civ. 2240).
    AcceptedPlan,
    /// A claim in court, even in summary proceedings; of an order to pay only its service (C. civ. 2241).
    CourtClaim,
    /// A conservatory or enforcement measure (C. civ. 2244).
    Enforcement,
}

impl Interruption {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Acknowledgment, Self::RequestForTime, Self::AcceptedPlan, Self::CourtClaim, Self::Enforcement];

    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Acknowledgment => "acknowledgment",
            Self::RequestForTime => "request_for_time",
            Self::AcceptedPlan => "accepted_plan",
            Self::CourtClaim => "court_claim",
            Self::Enforcement => "enforcement",
        }
    }

    /// By its word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// The article.
    pub fn citation(self) -> &'static str {
        match self {
            Self::Acknowledgment | Self::RequestForTime | Self::AcceptedPlan => "C. civ. 2240, 2231",
            Self::CourtClaim => "C. civ. 2241, 2231",
            Self::Enforcement => "C. civ. 2244, 2231",
        }
    }
}

/// The last day of a period of `years` from `start`; from a 29 February the 28th (C. civ. 2229, the prudent reading).
pub fn limitation_end(start: NaiveDate, years: u16) -> NaiveDate {
    let year = start.year().saturating_add(i32::from(years));
    let last_of_february = || NaiveDate::from_ymd_opt(year, 2, 28);
    start.with_year(year).or_else(last_of_february).unwrap_or(NaiveDate::MAX)
}
