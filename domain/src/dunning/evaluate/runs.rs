//! The customer's payment runs.

use chrono::{Datelike, NaiveDate};

use super::context::{next_day, plus_days};

/// The first payment run after the due date, at most `within` days after it. Days of the month that a
/// month does not have, and `eom`, are its last day; a word that is no day is left out.
pub(super) fn run_after(due_on: NaiveDate, payment_days: &[String], within: u16) -> Option<NaiveDate> {
    (1..=i64::from(within)).map(|days| plus_days(due_on, days)).find(|day| payment_days.iter().any(|word| is_run(*day, word)))
}

fn is_run(day: NaiveDate, word: &str) -> bool {
    let ends_month = next_day(day).month() != day.month();
    match word.parse::<u32>() {
        Ok(wanted) => wanted == day.day() || (ends_month && (day.day()..=31).contains(&wanted)),
        Err(_) => ends_month && word == "eom",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_the_first_payment_day_within_so_many_days_after_the_due_date() {
        for (due_on, days, within, run) in [
            ("2026-10-05", &["10", "25"][..], 6, Some("2026-10-10")),
            ("2026-10-05", &["25", "10"], 5, Some("2026-10-10")),
            ("2026-10-05", &["10", "25"], 4, None),
            ("2026-10-10", &["10"], 6, None), // on the due date itself it pays in time
            ("2026-10-05", &["10"], 0, None),
            ("2026-10-28", &["eom"], 6, Some("2026-10-31")),
            ("2027-02-25", &["30"], 6, Some("2027-02-28")),
            ("2028-02-25", &["eom"], 6, Some("2028-02-29")),
            ("2026-10-28", &["5"], 10, Some("2026-11-05")),
            ("2026-10-28", &["monthly", "32"], 30, None),
        ] {
            let days: Vec<String> = days.iter().map(|day| (*day).to_owned()).collect();
            let found = run_after(due_on.parse().unwrap(), &days, within);
            assert_eq!(found.map(|day| day.to_string()).as_deref(), run, "{due_on} {days:?} {within}");
        }
    }
}
