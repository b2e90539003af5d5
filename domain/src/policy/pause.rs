//! Pauses of the year: August and the turn of the year, by channel.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use super::Channel;

/// A pause: from a day of the year to a day of the year, both inside; over New Year when it ends earlier than it begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// First day: (month, day).
    pub from: (u32, u32),
    /// Last day: (month, day).
    pub until: (u32, u32),
    /// Channels that rest.
    pub channels: Vec<Channel>,
}

impl Pause {
    /// The last day of the pause that `day` falls in; `None` when it falls in none.
    pub fn end_if_inside(&self, day: NaiveDate) -> Option<NaiveDate> {
        let at = (day.month(), day.day());
        let over_new_year = self.until < self.from;
        let inside = if over_new_year { at >= self.from || at <= self.until } else { at >= self.from && at <= self.until };
        let year = if over_new_year && at >= self.from { day.year() + 1 } else { day.year() };
        // 29 February of a year without one ends on the 28th
        let end = NaiveDate::from_ymd_opt(year, self.until.0, self.until.1).or_else(|| NaiveDate::from_ymd_opt(year, self.until.0, 28));
        end.filter(|_| inside)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_over_new_year_ends_in_the_year_it_should() {
        let pause = Pause { from: (12, 22), until: (1, 2), channels: vec![Channel::Letter] };
        let end = |day: &str| pause.end_if_inside(day.parse().unwrap()).map(|day| day.to_string());
        assert_eq!(end("2026-12-22").as_deref(), Some("2027-01-02"));
        assert_eq!(end("2027-01-02").as_deref(), Some("2027-01-02"));
        assert_eq!(end("2027-01-03"), None);
        assert_eq!(end("2026-12-21"), None);
    }
}
