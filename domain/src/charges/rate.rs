//! A rate in percent a year, exact, and the half-years in which rates are published.

use std::{fmt, str::FromStr};

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

/// Parts of one percent that a rate counts.
const MICRO: i64 = 1_000_000;
/// Most decimals of a rate.
const DECIMALS: usize = 6;

/// Percent a year, exact to six decimals. `Display` writes as many decimals as were stated: `12`, `12.15`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Rate {
    /// Millionths of one percent.
    micro: i64,
    /// Decimals that are written.
    decimals: u8,
}

/// Not percent a year in plain notation: at most three digits and six decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not percent a year in plain notation, below 1000, with at most six decimals")]
pub struct NotARate;

impl Rate {
    /// A rate of hundredths of a percent: `of_hundredths(1215)` is 12.15 %.
    pub const fn of_hundredths(hundredths: i32) -> Self {
        Self { micro: hundredths as i64 * (MICRO / 100), decimals: 2 }
    }

    /// Whole percent: `points(8)` is 8 %.
    pub const fn points(points: i32) -> Self {
        Self { micro: points as i64 * MICRO, decimals: 0 }
    }

    /// Millionths of one percent.
    pub fn micro(self) -> i64 {
        self.micro
    }

    /// So many times this rate.
    pub fn times(self, factor: u8) -> Self {
        Self { micro: self.micro.saturating_mul(i64::from(factor)), ..self }
    }

    /// This rate and `other` percentage points.
    pub fn plus(self, other: Self) -> Self {
        Self { micro: self.micro.saturating_add(other.micro), decimals: self.decimals.max(other.decimals) }
    }

    /// The next half of a percentage point from here upwards (Belgium, loi du 2 août 2002, art. 5).
    pub fn up_to_half_point(self) -> Self {
        let half = MICRO / 2;
        let halves = self.micro.div_euclid(half) + i64::from(self.micro.rem_euclid(half) > 0);
        Self { micro: halves * half, decimals: u8::from(halves % 2 != 0) }
    }

    /// The larger of the two; this one when they are equal.
    pub fn at_least(self, floor: Self) -> Self {
        if floor.micro > self.micro { floor } else { self }
    }
}

impl FromStr for Rate {
    type Err = NotARate;

    fn from_str(text: &str) -> Result<Self, NotARate> {
        let (negative, plain) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (whole, decimals) = plain.split_once('.').unwrap_or((plain, ""));
        let digits = |part: &str, most: usize| part.len() <= most && part.bytes().all(|byte| byte.is_ascii_digit());
        let pointless = plain.ends_with('.');
        if whole.is_empty() || pointless || !digits(whole, 3) || !digits(decimals, DECIMALS) {
            return Err(NotARate);
        }
        let micro: i64 = format!("{whole}{decimals:0<DECIMALS$}").parse().map_err(|_| NotARate)?;
        let decimals = u8::try_from(decimals.len()).map_err(|_| NotARate)?;
        Ok(Self { micro: if negative { -micro } else { micro }, decimals })
    }
}

impl TryFrom<String> for Rate {
    type Error = NotARate;

    fn try_from(text: String) -> Result<Self, NotARate> {
        text.parse()
    }
}

impl From<Rate> for String {
    fn from(rate: Rate) -> Self {
        rate.to_string()
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, size) = (if self.micro < 0 { "-" } else { "" }, self.micro.unsigned_abs());
        let (whole, rest) = (size / MICRO.unsigned_abs(), size % MICRO.unsigned_abs());
        if self.decimals == 0 {
            return write!(out, "{sign}{whole}");
        }
        let rest = format!("{rest:06}");
        let kept = rest.get(..usize::from(self.decimals)).unwrap_or(&rest);
        write!(out, "{sign}{whole}.{kept}")
    }
}

/// The half of a year for which a reference rate holds: from 1 January or from 1 July (C. com. L441-10 II).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct HalfYear {
    year: i32,
    second: bool,
}

/// Not a half-year such as `2026S1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a half-year such as 2026S1")]
pub struct NotAHalfYear;

impl HalfYear {
    /// The half-year, `half` being 1 or 2.
    pub const fn new(year: i32, half: u8) -> Self {
        Self { year, second: half == 2 }
    }

    /// The half-year of a day.
    pub fn of(day: NaiveDate) -> Self {
        Self { year: day.year(), second: day.month() > 6 }
    }

    /// 1 January or 1 July.
    pub fn first_day(self) -> NaiveDate {
        NaiveDate::from_ymd_opt(self.year, if self.second { 7 } else { 1 }, 1).unwrap_or(NaiveDate::MAX)
    }

    /// 30 June or 31 December.
    pub fn last_day(self) -> NaiveDate {
        let (month, day) = if self.second { (12, 31) } else { (6, 30) };
        NaiveDate::from_ymd_opt(self.year, month, day).unwrap_or(NaiveDate::MAX)
    }

    /// The half-year after.
    pub fn next(self) -> Self {
        if self.second { Self { year: self.year + 1, second: false } } else { Self { second: true, ..self } }
    }
}

impl FromStr for HalfYear {
    type Err = NotAHalfYear;

    fn from_str(text: &str) -> Result<Self, NotAHalfYear> {
        let (year, half) = text.split_once('S').ok_or(NotAHalfYear)?;
        let digits = year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit());
        match half {
            "1" | "2" if digits => Ok(Self { year: year.parse().map_err(|_| NotAHalfYear)?, second: half == "2" }),
            _ => Err(NotAHalfYear),
        }
    }
}

impl TryFrom<String> for HalfYear {
    type Error = NotAHalfYear;

    fn try_from(text: String) -> Result<Self, NotAHalfYear> {
        text.parse()
    }
}

impl From<HalfYear> for String {
    fn from(half: HalfYear) -> Self {
        half.to_string()
    }
}

impl fmt::Display for HalfYear {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:04}S{}", self.year, if self.second { 2 } else { 1 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_written_as_they_were_stated() {
        for text in ["12", "12.15", "0.00", "10.5", "0.000001", "-0.88", "999"] {
            assert_eq!(text.parse::<Rate>().unwrap().to_string(), text);
        }
        for text in ["", ".5", "5.", "1000", "1,5", "1e1", "--1", "0.0000001", "+1", "1. 5"] {
            assert_eq!(text.parse::<Rate>(), Err(NotARate), "{text:?}");
        }
    }

    #[test]
    fn sums_keep_the_longer_decimals_and_belgium_goes_up_to_the_half_point() {
        let mro: Rate = "2.15".parse().unwrap();
        assert_eq!(mro.plus(Rate::points(10)).to_string(), "12.15");
        assert_eq!("2.62".parse::<Rate>().unwrap().times(3).to_string(), "7.86");
        for (rate, up) in [("10.15", "10.5"), ("10.50", "10.5"), ("10.51", "11"), ("11", "11"), ("12.40", "12.5")] {
            assert_eq!(rate.parse::<Rate>().unwrap().up_to_half_point().to_string(), up);
        }
    }

    #[test]
    fn half_years_know_their_days() {
        let half: HalfYear = "2026S2".parse().unwrap();
        assert_eq!((half.first_day().to_string(), half.last_day().to_string()), ("2026-07-01".into(), "2026-12-31".into()));
        assert_eq!((half.next().to_string(), HalfYear::of(half.first_day())), ("2027S1".into(), half));
        for text in ["2026", "2026S3", "26S1", "2026s1", "S1", "2026S12"] {
            assert_eq!(text.parse::<HalfYear>(), Err(NotAHalfYear), "{text}");
        }
    }
}
