//! Instants are stored as epoch milliseconds, days as ISO text: same order, same type on both databases.

use chrono::{DateTime, NaiveDate, Utc};

use crate::StoreError;

/// Epoch milliseconds of an instant.
pub fn millis(at: DateTime<Utc>) -> i64 {
    at.timestamp_millis()
}

/// The instant of epoch milliseconds.
pub fn instant(millis: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(millis).unwrap_or_default()
}

/// ISO text of a day.
pub fn day_text(day: NaiveDate) -> String {
    day.to_string()
}

/// The day of an ISO text.
pub fn day(table: &'static str, text: &str) -> Result<NaiveDate, StoreError> {
    text.parse().map_err(|_| StoreError::inconsistent(table, format!("day {text}")))
}
