//! Instants and days as text on the wire.

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};

/// RFC 3339 in UTC with `Z` and milliseconds.
pub fn at(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// `YYYY-MM-DD`.
pub fn day(day: NaiveDate) -> String {
    day.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_always_has_three_decimals_and_a_z() {
        assert_eq!(at(DateTime::from_timestamp_millis(1_796_083_200_000).unwrap()), "2026-12-01T00:00:00.000Z");
        assert_eq!(at(DateTime::from_timestamp_millis(1_796_083_200_007).unwrap()), "2026-12-01T00:00:00.007Z");
    }
}
