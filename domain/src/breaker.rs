//! The breaker of an endpoint: when to stop posting to somebody who does not answer, when to look again,
//! and when to give up. Pure; time comes in.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// Failures in a row that open it.
pub const IN_A_ROW: u32 = 10;
/// Attempts of the window from which on their share of failures counts.
const ENOUGH: u32 = 10;
/// Share of failures in the window that opens it, in percent.
const SHARE: u32 = 70;
/// The window, in minutes.
const WINDOW: i64 = 5;
/// Pauses before each probe, in minutes; the last one repeats.
const PROBES: [i64; 4] = [1, 5, 15, 60];
/// With nothing but failures for so long, the endpoint is given up.
const HOPELESS: TimeDelta = TimeDelta::days(5);

/// What the breaker lets through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BreakerState {
    /// Everything.
    #[default]
    Closed,
    /// Nothing before the next probe.
    Open,
    /// One post, which decides.
    HalfOpen,
}

impl BreakerState {
    /// The word used on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open => "open",
            Self::HalfOpen => "half_open",
        }
    }
}

/// Attempts of one minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Minute(i64, u32, u32);

/// What is known of an endpoint's health.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Breaker {
    /// What it lets through.
    pub state: BreakerState,
    /// When the next probe may go; `None` when closed.
    pub probe_at: Option<DateTime<Utc>>,
    /// Probes that failed since it opened.
    pub probes: u32,
    /// Failures in a row.
    pub failures: u32,
    /// Since when there is nothing but failures.
    pub failing_since: Option<DateTime<Utc>>,
    /// Minute, successes, failures: the last five minutes.
    window: Vec<Minute>,
}

/// What an attempt changed that others should know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// It opened: the endpoint is failing.
    Failing,
    /// It closed again: the endpoint answers.
    Recovered,
    /// Five days of nothing but failure: the endpoint is to be disabled.
    Hopeless,
}

impl Breaker {
    /// How many posts may begin at `now`: `None` is any number.
    pub fn admits(&self, now: DateTime<Utc>) -> Option<usize> {
        match self.state {
            BreakerState::Closed => None,
            // a probe whose worker died is made again: its place is free once its lease is
            BreakerState::Open | BreakerState::HalfOpen => Some(usize::from(self.probe_at.is_none_or(|at| at <= now))),
        }
    }

    /// A probe is on its way.
    pub fn probe(&mut self) {
        if self.state == BreakerState::Open {
            self.state = BreakerState::HalfOpen;
        }
    }

    /// Attempts and failures of the last five minutes.
    pub fn recent(&self, now: DateTime<Utc>) -> (u32, u32) {
        let first = minute(now) - WINDOW + 1;
        let recent = self.window.iter().filter(|entry| entry.0 >= first);
        recent.fold((0, 0), |(all, failed), entry| (all + entry.1 + entry.2, failed + entry.2))
    }

    /// An attempt ended at `now`.
    pub fn after(&mut self, good: bool, now: DateTime<Utc>) -> Option<Turn> {
        self.note(good, now);
        if good {
            (self.failures, self.failing_since) = (0, None);
            // what was on its way when it opened does not close it: the probe decides
            if self.state == BreakerState::HalfOpen {
                *self = Self::default();
                self.note(true, now);
                return Some(Turn::Recovered);
            }
            return None;
        }
        self.failures = self.failures.saturating_add(1);
        let since = *self.failing_since.get_or_insert(now);
        if now - since >= HOPELESS {
            return Some(Turn::Hopeless);
        }
        match self.state {
            BreakerState::Closed if self.is_too_bad(now) => {
                (self.state, self.probes) = (BreakerState::Open, 0);
                self.probe_at = Some(now + pause(0));
                Some(Turn::Failing)
            }
            BreakerState::HalfOpen => {
                self.probes = self.probes.saturating_add(1);
                (self.state, self.probe_at) = (BreakerState::Open, Some(now + pause(self.probes)));
                None
            }
            BreakerState::Closed | BreakerState::Open => None,
        }
    }

    fn is_too_bad(&self, now: DateTime<Utc>) -> bool {
        let (all, failed) = self.recent(now);
        self.failures >= IN_A_ROW || (all >= ENOUGH && failed * 100 >= all * SHARE)
    }

    fn note(&mut self, good: bool, now: DateTime<Utc>) {
        let this = minute(now);
        self.window.retain(|entry| entry.0 > this - WINDOW);
        if self.window.last().is_none_or(|entry| entry.0 != this) {
            self.window.push(Minute(this, 0, 0));
        }
        if let Some(entry) = self.window.last_mut() {
            let count = if good { &mut entry.1 } else { &mut entry.2 };
            *count = count.saturating_add(1);
        }
    }
}

fn minute(at: DateTime<Utc>) -> i64 {
    at.timestamp().div_euclid(60)
}

fn pause(probes: u32) -> TimeDelta {
    let at = usize::try_from(probes).unwrap_or(usize::MAX).min(PROBES.len() - 1);
    TimeDelta::minutes(PROBES.get(at).copied().unwrap_or(60))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        "2026-09-01T12:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::seconds(seconds)
    }

    /// One attempt a second: `+` succeeded, `-` failed.
    fn told(story: &str) -> (Breaker, Vec<Option<Turn>>) {
        let mut breaker = Breaker::default();
        let turns = story.chars().zip(0..).map(|(mark, second)| breaker.after(mark == '+', at(second))).collect();
        (breaker, turns)
    }

    #[test]
    fn it_opens_at_ten_in_a_row_or_seven_of_ten() {
        for (story, opens_at) in [
            ("----------", Some(9)),
            ("+++++----------", Some(14)),
            ("---------+---------", Some(9 + 1)), // 10 of 11 in five minutes
            ("+++-------", Some(9)),
            ("++++------", None),
            ("-+-+-+-+-+-+-+-+", None),
            ("------+++-", Some(9)),
            ("---------", None),
            ("+++++++++++++++++++++++++++++++++++-------+++-------+++", None), // 14 of 55
        ] {
            let (_, turns) = told(story);
            assert_eq!(turns.iter().position(|turn| *turn == Some(Turn::Failing)), opens_at, "{story}");
        }
    }

    #[test]
    fn failures_of_an_hour_ago_do_not_count_in_the_share() {
        let mut breaker = Breaker::default();
        for second in 0..6 {
            breaker.after(false, at(second));
        }
        breaker.after(true, at(3_600));
        for second in 0..3 {
            assert_eq!(breaker.after(false, at(3_601 + second)), None);
        }
        assert_eq!(breaker.recent(at(3_610)), (4, 3));
    }

    #[test]
    fn it_looks_again_after_1_5_15_and_60_minutes_with_one_post_each() {
        let (mut breaker, _) = told("----------");
        let mut now = at(9);
        for minutes in [1, 5, 15, 60, 60, 60] {
            assert_eq!(breaker.admits(now), Some(0));
            assert_eq!(breaker.probe_at, Some(now + TimeDelta::minutes(minutes)));
            assert_eq!(breaker.admits(now + TimeDelta::minutes(minutes) - TimeDelta::milliseconds(1)), Some(0));
            now += TimeDelta::minutes(minutes);
            assert_eq!(breaker.admits(now), Some(1));
            breaker.probe();
            assert_eq!(breaker.state, BreakerState::HalfOpen);
            assert_eq!(breaker.after(false, now), None);
            assert_eq!(breaker.state, BreakerState::Open);
        }
    }

    #[test]
    fn a_probe_that_succeeds_closes_it_and_all_is_forgiven() {
        let (mut breaker, _) = told("----------");
        breaker.probe();
        assert_eq!(breaker.after(true, at(120)), Some(Turn::Recovered));
        assert_eq!(
            (breaker.state, breaker.admits(at(120)), breaker.failures, breaker.failing_since),
            (BreakerState::Closed, None, 0, None)
        );
        assert_eq!(breaker.after(false, at(121)), None);
    }

    #[test]
    fn what_was_on_its_way_when_it_opened_neither_closes_nor_prolongs_it() {
        let (mut breaker, _) = told("----------");
        let probe_at = breaker.probe_at;
        assert_eq!((breaker.after(false, at(12)), breaker.after(true, at(13))), (None, None));
        assert_eq!((breaker.state, breaker.probe_at), (BreakerState::Open, probe_at));
    }

    #[test]
    fn five_days_of_nothing_but_failure_are_hopeless() {
        for (hours, recovers, hopeless) in [(119, false, false), (120, false, true), (120, true, false)] {
            let mut breaker = Breaker::default();
            breaker.after(false, at(0));
            if recovers {
                breaker.after(true, at(3_600));
            }
            let turn = breaker.after(false, at(hours * 3_600));
            assert_eq!(turn == Some(Turn::Hopeless), hopeless, "{hours} {recovers}");
        }
    }

    #[test]
    fn it_keeps_its_memory_when_it_is_stored() {
        let (breaker, _) = told("+++-----");
        let text = serde_json::to_string(&breaker).unwrap();
        assert_eq!(serde_json::from_str::<Breaker>(&text).unwrap(), breaker);
    }
}
