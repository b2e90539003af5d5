//! An account at a provider: how fast it may be called, and when it is left in peace.

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Handed, Scope};

/// Refusals of the account in a row that open the circuit.
const REFUSALS: u32 = 5;
/// Outcomes that are looked back at.
const LOOKED_AT: usize = 20;
/// How long an open circuit stays open.
const OPEN_FOR: TimeDelta = TimeDelta::minutes(5);
/// Pause after a throttled call that names none.
const THROTTLED: TimeDelta = TimeDelta::seconds(30);
/// Longest pause that a provider is granted.
const LONGEST: TimeDelta = TimeDelta::days(1);

/// Closed, open until an instant, or open with one probe on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Circuit {
    /// Calls pass.
    #[default]
    Closed,
    /// None passes until then.
    Open {
        /// Then one may.
        until: DateTime<Utc>,
    },
    /// One is on its way and decides; should nothing be heard of it, another one may go then.
    Probing {
        /// Then another may.
        until: DateTime<Utc>,
    },
}

/// Messages a second, as a bucket that holds one second's worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    per_second: i64,
    /// Instant up to which the bucket is spent.
    spent_until: DateTime<Utc>,
}

impl Rate {
    /// A full bucket.
    pub fn new(per_second: u32, now: DateTime<Utc>) -> Self {
        Self { per_second: i64::from(per_second.max(1)), spent_until: now }
    }

    /// Takes one; else the instant from which there is one.
    fn take(&mut self, now: DateTime<Utc>) -> Result<(), DateTime<Utc>> {
        let each = TimeDelta::microseconds(1_000_000 / self.per_second);
        let spent = self.spent_until.max(now - TimeDelta::seconds(1) + each);
        if spent > now {
            return Err(spent);
        }
        self.spent_until = spent + each;
        Ok(())
    }
}

/// One account of a tenant at a provider.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Account {
    circuit: Circuit,
    paused_until: Option<DateTime<Utc>>,
    rate: Option<Rate>,
    refusals: u32,
    /// The latest outcomes: was it unknown?
    latest: VecDeque<bool>,
}

impl Account {
    /// At most `per_second` messages a second from now on; `None`: as many as come.
    pub fn limit(&mut self, per_second: Option<u32>, now: DateTime<Utc>) {
        match (per_second, self.rate) {
            (Some(wanted), Some(rate)) if rate.per_second == i64::from(wanted.max(1)) => {}
            (wanted, _) => self.rate = wanted.map(|per_second| Rate::new(per_second, now)),
        }
    }

    /// May a message leave at `now`? Else when to ask again.
    ///
    /// # Errors
    /// The instant, later than `now`.
    pub fn may_leave(&mut self, now: DateTime<Utc>) -> Result<(), DateTime<Utc>> {
        match self.paused_until {
            Some(until) if until > now => return Err(until),
            _ => self.paused_until = None,
        }
        match self.circuit {
            Circuit::Open { until } | Circuit::Probing { until } if until > now => return Err(until),
            Circuit::Open { .. } | Circuit::Probing { .. } => self.circuit = Circuit::Probing { until: now + OPEN_FOR },
            Circuit::Closed => {}
        }
        self.rate.as_mut().map_or(Ok(()), |rate| rate.take(now))
    }

    /// An outcome; true when it opened the circuit, which somebody must hear of.
    pub fn heard(&mut self, handed: &Handed, now: DateTime<Utc>) -> bool {
        let was_open = self.circuit != Circuit::Closed;
        match handed {
            Handed::Throttled { retry_after, .. } => {
                let wish = retry_after.unwrap_or(THROTTLED).clamp(TimeDelta::seconds(1), LONGEST);
                self.paused_until = self.paused_until.max(Some(now + wish));
            }
            Handed::Refused { scope: Scope::Account, .. } => self.refusals = self.refusals.saturating_add(1),
            Handed::Unknown { .. } => self.remember(true),
            Handed::Accepted { .. } | Handed::Refused { .. } => {
                self.remember(false);
                self.refusals = 0;
                self.circuit = Circuit::Closed;
            }
            Handed::Transient { .. } => {}
        }
        let unknown = self.latest.iter().filter(|unknown| **unknown).count();
        let too_many = self.refusals >= REFUSALS || (self.latest.len() >= LOOKED_AT && unknown * 2 >= LOOKED_AT);
        let still_bad = was_open && matches!(handed, Handed::Refused { scope: Scope::Account, .. } | Handed::Unknown { .. });
        if too_many || still_bad {
            self.circuit = Circuit::Open { until: now + OPEN_FOR };
            self.latest.clear();
            self.refusals = 0;
            return !was_open;
        }
        false
    }

    fn remember(&mut self, unknown: bool) {
        self.latest.push_back(unknown);
        if self.latest.len() > LOOKED_AT {
            self.latest.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::seconds(seconds)
    }

    fn revoked() -> Handed {
        Handed::refused(Scope::Account, "401")
    }

    #[test]
    fn a_revoked_key_opens_the_circuit_and_one_probe_closes_it() {
        let mut account = Account::default();
        let opened: Vec<bool> = (0..5).map(|_| account.heard(&revoked(), at(0))).collect();
        assert_eq!(opened, [false, false, false, false, true], "told once");
        assert_eq!(account.may_leave(at(1)), Err(at(300)));
        assert_eq!(account.may_leave(at(300)), Ok(()), "the probe");
        assert_eq!(account.may_leave(at(300)), Err(at(600)), "one only");
        assert!(!account.heard(&revoked(), at(301)), "open already");
        assert_eq!(account.may_leave(at(302)), Err(at(601)));
        assert_eq!(account.may_leave(at(601)), Ok(()));
        account.heard(&Handed::accepted(None), at(602));
        assert_eq!(account.may_leave(at(602)), Ok(()));
        assert_eq!(account.may_leave(at(602)), Ok(()));
    }

    #[test]
    fn a_provider_that_stays_silent_half_of_the_time_is_left_in_peace() {
        let mut account = Account::default();
        let opened: Vec<bool> = (0..20)
            .map(|call| account.heard(&if call % 2 == 0 { Handed::unknown("hang") } else { Handed::accepted(None) }, at(0)))
            .collect();
        assert!(opened[19] && !opened[..19].contains(&true));
        assert!(account.may_leave(at(299)).is_err());
        let mut good = Account::default();
        assert!((0..200).all(|call| !good.heard(&if call % 3 == 0 { Handed::unknown("hang") } else { Handed::accepted(None) }, at(0))));
    }

    #[test]
    fn a_429_pauses_the_account_as_long_as_it_asks() {
        let mut account = Account::default();
        account.heard(&Handed::Throttled { retry_after: Some(TimeDelta::seconds(90)), detail: String::new() }, at(0));
        account.heard(&Handed::Throttled { retry_after: None, detail: String::new() }, at(1));
        assert_eq!(account.may_leave(at(2)), Err(at(90)));
        assert_eq!(account.may_leave(at(90)), Ok(()));
    }

    #[test]
    fn the_bucket_lets_a_seconds_worth_through_and_then_one_at_a_time() {
        let mut account = Account::default();
        account.limit(Some(4), at(0));
        let left = (0..10).take_while(|_| account.may_leave(at(10)).is_ok()).count();
        assert_eq!(left, 4);
        let next = account.may_leave(at(10)).unwrap_err();
        assert_eq!(next, at(10) + TimeDelta::milliseconds(250));
        account.limit(Some(4), next);
        assert_eq!(account.may_leave(next), Ok(()));
        assert!(account.may_leave(next).is_err());
    }
}
