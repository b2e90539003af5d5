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
