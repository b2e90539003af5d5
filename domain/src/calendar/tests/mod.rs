//! The calendar against the law's tables, against every zone, and through a week of sending.

mod law;
mod neighbours;
mod sending;
mod zones;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

/// A day written `2026-10-05`.
fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A time written `08:30`.
fn time(text: &str) -> NaiveTime {
    NaiveTime::parse_from_str(text, "%H:%M").unwrap()
}

/// An instant written `2026-10-05T06:30:00Z`.
fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}
