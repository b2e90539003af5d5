//! When a debt can no longer be claimed.

use chrono::{Datelike, NaiveDate};

/// A professional against a consumer (C. conso. L218-2).
pub const CONSUMER_YEARS: u16 = 2;
/// Between traders, or a trader and a non-trader (C. com. L110-4; C. civ. 2224).
pub const PROFESSIONAL_YEARS: u16 = 5;

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
}
