//! Business days (Monday to Friday, no public holiday) and the dates that messages print.
//!
//! Printed dates end on a business day as CPC 642 does for procedure: the debtor is never asked
//! to pay on a day when no bank works.

use chrono::{Datelike, Days, NaiveDate, Weekday};

use super::Region;

/// Business days the post needs for a registered letter (`presets.md` §1 rule 6).
const REGISTERED_POST_DAYS: u32 = 5;
/// Business days the post needs for a plain letter (`presets.md` §1 rule 6).
const PLAIN_POST_DAYS: u32 = 3;

/// Monday to Friday and no public holiday of the region.
pub fn is_business_day(day: NaiveDate, region: Region) -> bool {
    !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) && !region.is_holiday(day)
}

/// The day itself if it is a business day, else the next one.
pub fn next_business_day(day: NaiveDate, region: Region) -> NaiveDate {
    let mut at = day;
    while !is_business_day(at, region) {
        match at.succ_opt() {
            Some(next) => at = next,
            None => return at,
        }
    }
    at
}

/// The `n`th business day strictly after `day`; `n` = 0: `day` moved to a business day.
pub fn add_business_days(day: NaiveDate, n: u32, region: Region) -> NaiveDate {
    if n == 0 {
        return next_business_day(day, region);
    }
    let mut at = day;
    for _ in 0..n {
        match at.succ_opt() {
            Some(next) => at = next_business_day(next, region),
            None => return at,
        }
    }
    at
}

/// The date printed by a message sent on `sent_on` that gives `within_days` calendar days.
pub fn pay_before(sent_on: NaiveDate, within_days: u16, region: Region) -> NaiveDate {
    next_business_day(add_days(sent_on, within_days), region)
}

/// The deadline printed by a registered letter: posting day + 5 business days of post +
/// `deadline_days` calendar days, on a business day (`presets.md` §1 rule 6).
pub fn registered_letter_deadline(posted_on: NaiveDate, deadline_days: u16, region: Region) -> NaiveDate {
    let delivered_on = add_business_days(posted_on, REGISTERED_POST_DAYS, region);
    next_business_day(add_days(delivered_on, deadline_days), region)
}

/// The day a plain letter is taken to arrive: 3 business days after posting.
pub fn plain_letter_arrival(posted_on: NaiveDate, region: Region) -> NaiveDate {
    add_business_days(posted_on, PLAIN_POST_DAYS, region)
}

fn add_days(day: NaiveDate, days: u16) -> NaiveDate {
    day.checked_add_days(Days::new(u64::from(days))).unwrap_or(NaiveDate::MAX)
}
