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

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn the_case_file_of_the_law_passes() {
        let here = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared");
        let shared = std::env::var("RELANCE_SHARED").unwrap_or_else(|_| here.to_owned());
        let Ok(text) = std::fs::read_to_string(format!("{shared}/law/prescription_examples.json")) else {
            assert!(std::env::var_os("CI").is_none(), "the law tables are not at hand");
            return;
        };
        let cases: Vec<Value> = serde_json::from_str(&text).unwrap();
        assert!(!cases.is_empty());
        for case in cases {
            let years = u16::try_from(case["years"].as_u64().unwrap()).unwrap();
            assert_eq!(limitation_end(day(case["start"].as_str().unwrap()), years), day(case["nominal_end"].as_str().unwrap()), "{case}");
        }
    }

    #[test]
    fn two_years_after_the_work_a_consumer_owes_nothing_that_can_be_claimed() {
        let work = day("2024-10-05");
        assert_eq!(barred_since(work, None, CONSUMER_YEARS, day("2026-10-05")), None);
        assert_eq!(barred_since(work, None, CONSUMER_YEARS, day("2026-10-06")), Some(day("2026-10-06")));
        assert_eq!(barred_since(day("2024-02-29"), None, CONSUMER_YEARS, day("2026-03-01")), Some(day("2026-03-01")));
    }

    #[test]
    fn a_part_payment_before_the_end_begins_a_new_period_and_one_after_it_does_not() {
        let work = day("2024-10-05");
        assert_eq!(barred_since(work, Some(day("2025-03-01")), CONSUMER_YEARS, day("2026-12-01")), None);
        assert_eq!(barred_since(work, Some(day("2025-03-01")), CONSUMER_YEARS, day("2027-03-02")), Some(day("2027-03-02")));
        assert_eq!(barred_since(work, Some(day("2026-10-06")), CONSUMER_YEARS, day("2026-12-01")), Some(day("2026-10-06")));
    }

    #[test]
    fn each_kind_of_claim_has_its_period_and_only_acts_within_it_renew_it() {
        let work = day("2024-04-10");
        let none: [NaiveDate; 0] = [];
        assert_eq!(Claim::Professional.ends_on(work, none), day("2029-04-10"));
        assert_eq!(Claim::Consumer.ends_on(work, none), day("2026-04-10"));
        assert_eq!(Claim::Carriage.ends_on(work, none), day("2025-04-10"));
        // four years from 1 January following
        assert_eq!(Claim::Public.ends_on(work, none), day("2028-12-31"));
        assert_eq!(Claim::Public.ends_on(work, [day("2028-12-31")]), day("2032-12-31"));
        assert_eq!(Claim::Public.ends_on(work, [day("2029-01-01")]), day("2028-12-31"));
        // one act carries the next: the second falls after the first period, and within the renewed one
        assert_eq!(Claim::Consumer.ends_on(work, [day("2027-06-01"), day("2025-10-01")]), day("2029-06-01"));
        assert_eq!(Claim::Consumer.ends_on(work, [day("2026-04-11")]), day("2026-04-10"));
        assert_eq!(Claim::of(CustomerKind::Unknown, false), Claim::Consumer);
        assert_eq!(Claim::of(CustomerKind::Business, true), Claim::Carriage);
    }
}
