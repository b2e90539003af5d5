//! Operations on their way out. Nothing is yet: `/v1` only grows.
//!
//! An entry here marks the operation `deprecated` in the description and adds the headers to its answers.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

/// An operation that will go.
#[derive(Debug, Clone, Copy)]
pub struct Retired {
    /// Method, in capitals.
    pub method: &'static str,
    /// Path as in the description.
    pub path: &'static str,
    /// Since when it should not be used any more: year, month, day.
    pub deprecated_on: (i32, u32, u32),
    /// From when it may be gone; not earlier than `deprecated_on`.
    pub sunset_on: (i32, u32, u32),
    /// Where to read what comes instead.
    pub instead: &'static str,
}

/// Every operation that will go.
pub const RETIRED: &[Retired] = &[];

impl Retired {
    /// The beginning of the day of deprecation, UTC.
    pub fn deprecated(&self) -> DateTime<Utc> {
        midnight(self.deprecated_on)
    }

    /// The beginning of the last day, UTC.
    pub fn sunset(&self) -> DateTime<Utc> {
        midnight(self.sunset_on)
    }
}

fn midnight((year, month, day): (i32, u32, u32)) -> DateTime<Utc> {
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default().and_time(NaiveTime::MIN).and_utc()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_goes_before_it_was_said_to_go() {
        for retired in RETIRED {
            assert!(retired.deprecated_on <= retired.sunset_on, "{} {}", retired.method, retired.path);
        }
    }
}
