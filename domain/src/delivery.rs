//! Delivering an event: what an answer means and when to try again. Pure; time and chance come in.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

/// Pause before each attempt, in seconds: the first goes at once, the tenth about 75 hours later
/// (Standard Webhooks' table).
const PAUSES: [u64; 10] = [0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];

/// Longest pause a receiver may ask for.
const LONGEST: Duration = Duration::from_secs(86_400);

/// Attempts after which a delivery is given up.
pub const MAX_ATTEMPTS: u32 = 10;

/// What the receiver's answer means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Taken.
    Delivered,
    /// Not taken: try again, not before the pause the receiver asked for.
    Retry(Option<Duration>),
    /// The receiver does not want this event.
    Dropped,
    /// The receiver wants no event any more.
    Gone,
}

/// Reads an answer: only 2xx is success, a redirect is a failure; 410 or `webhook-delivery: disable`
/// end the subscription, `webhook-delivery: abort-message` this delivery. `now` serves a
/// `Retry-After` that names a date.
pub fn verdict(status: u16, webhook_delivery: Option<&str>, asked: Option<&str>, now: DateTime<Utc>) -> Verdict {
    let control = webhook_delivery.map(|value| value.trim().to_ascii_lowercase());
    match (status, control.as_deref()) {
        (410, _) | (_, Some("disable")) => Verdict::Gone,
        (200..=299, _) => Verdict::Delivered,
        (_, Some("abort-message")) => Verdict::Dropped,
        _ => Verdict::Retry(asked.and_then(|value| retry_after(value, now))),
    }
}

/// `Retry-After` as seconds or as an HTTP date (RFC 9110 §10.2.3); a date gone by is zero.
pub fn retry_after(value: &str, now: DateTime<Utc>) -> Option<Duration> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(value.parse().unwrap_or(LONGEST.as_secs())));
    }
    let at = DateTime::parse_from_rfc2822(value).ok()?;
    Some((at.to_utc() - now).to_std().unwrap_or_default())
}

/// When to try again after `made` attempts; `None`: given up. `asked` is the receiver's wish, held
/// between the table's pause and a day. `chance` (any number) spreads the tries: up to a fifth of the
/// pause is added, never taken away.
pub fn next_attempt_at(made: u32, now: DateTime<Utc>, asked: Option<Duration>, chance: u32) -> Option<DateTime<Utc>> {
    let index = usize::try_from(made).ok()?;
    let base = Duration::from_secs(*PAUSES.get(index)?);
    let jitter = base.as_millis().saturating_mul(u128::from(chance)) / (5 * u128::from(u32::MAX));
    let spread = base.saturating_add(Duration::from_millis(u64::try_from(jitter).unwrap_or_default()));
    let pause = asked.map_or(spread, |wish| wish.clamp(base, LONGEST).max(spread));
    now.checked_add_signed(TimeDelta::from_std(pause).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noon() -> DateTime<Utc> {
        "2026-09-01T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn only_a_2xx_is_success_and_the_receiver_may_end_it() {
        for (status, control, expected) in [
            (200, None, Verdict::Delivered),
            (204, None, Verdict::Delivered),
            (299, Some("abort-message"), Verdict::Delivered),
            (301, None, Verdict::Retry(None)),
            (308, None, Verdict::Retry(None)),
            (400, None, Verdict::Retry(None)),
            (404, None, Verdict::Retry(None)),
            (500, Some("whatever"), Verdict::Retry(None)),
            (410, None, Verdict::Gone),
            (410, Some("abort-message"), Verdict::Gone),
            (500, Some("disable"), Verdict::Gone),
            (200, Some("Disable "), Verdict::Gone),
            (422, Some("abort-message"), Verdict::Dropped),
        ] {
            assert_eq!(verdict(status, control, None, noon()), expected, "{status} {control:?}");
        }
    }

    #[test]
    fn retry_after_reads_as_seconds_or_date() {
        for (value, seconds) in [
            ("120", Some(120)),
            (" 0 ", Some(0)),
            ("99999999999999999999999", Some(86_400)),
            ("Tue, 01 Sep 2026 12:10:00 GMT", Some(600)),
            ("Tue, 01 Sep 2026 11:00:00 GMT", Some(0)),
            ("soon", None),
            ("-5", None),
            ("", None),
        ] {
            assert_eq!(verdict(503, None, Some(value), noon()), Verdict::Retry(seconds.map(Duration::from_secs)), "{value:?}");
        }
    }

    #[test]
    fn the_tries_follow_the_table_and_then_end() {
        let pauses: Vec<_> = (0..12).map(|made| next_attempt_at(made, noon(), None, 0).map(|at| (at - noon()).num_seconds())).collect();
        let table = [0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400].map(Some);
        assert_eq!(pauses[..10], table);
        assert_eq!(pauses[10..], [None, None]);
        assert_eq!(usize::try_from(MAX_ATTEMPTS).unwrap(), PAUSES.len());
    }

    #[test]
    fn chance_only_adds_and_at_most_a_fifth() {
        for made in 1..10 {
            let least = next_attempt_at(made, noon(), None, 0).unwrap();
            let most = next_attempt_at(made, noon(), None, u32::MAX).unwrap();
            let middle = next_attempt_at(made, noon(), None, u32::MAX / 2).unwrap();
            assert!(least < middle && middle < most, "{made}");
            assert_eq!((most - least) * 5, least - noon(), "{made}");
        }
    }

    #[test]
    fn the_receivers_wish_counts_between_the_table_and_a_day() {
        for (made, wish, seconds) in [(1, 60, 60), (1, 1, 5), (2, 60, 300), (2, 3_600, 3_600), (1, 1_000_000, 86_400), (9, 5, 86_400)] {
            let at = next_attempt_at(made, noon(), Some(Duration::from_secs(wish)), 0).unwrap();
            assert_eq!((at - noon()).num_seconds(), seconds, "{made} {wish}");
        }
    }
}
