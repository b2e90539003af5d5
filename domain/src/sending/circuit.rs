//! An account at a provider: how fast it may be called, and when it is left in peace.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Handed, Scope};

/// Refusals of the account in a row that open the circuit.
const REFUSALS: u32 = 5;
/// Outcomes that are looked back at, a bit each: twenty.
const LOOKED_AT: u32 = 0xf_ffff;
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

/// One account of a tenant at a provider: what every process that sends by it must know. All is well is the default.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Account {
    /// May calls pass?
    pub circuit: Circuit,
    /// The provider asked for a pause until then.
    pub paused_until: Option<DateTime<Utc>>,
    /// Refusals of the account in a row.
    pub refusals: u32,
    /// The latest outcomes, a bit each, the newest the lowest: was it unknown? Outcomes before the first unknown one count as known.
    pub unknowns: u32,
    /// Instant up to which the bucket of messages a second is spent; `None`: nothing was taken of it.
    pub spent_until: Option<DateTime<Utc>>,
}

/// Why an account is left alone, and until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stop {
    /// When to ask again.
    pub at: DateTime<Utc>,
    /// Why.
    pub why: Stopped,
}

/// Why an account is left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// The circuit is open.
    Open,
    /// The provider asked for it.
    Paused,
    /// As many messages a second as it takes have left.
    Rate,
}

impl Account {
    /// Has nobody anything to know of it at `now`, but how many messages a second it takes?
    pub fn is_at_rest(&self, now: DateTime<Utc>) -> bool {
        let paused = self.paused_until.is_some_and(|until| until > now);
        !paused && self.circuit == Circuit::Closed && self.refusals == 0 && self.unknowns == 0
    }

    /// Would a message be stopped at `now` by more than the rate? Takes nothing.
    ///
    /// # Errors
    /// Why, and until when.
    pub fn is_open(&self, now: DateTime<Utc>) -> Result<(), Stop> {
        if let Some(at) = self.paused_until.filter(|until| *until > now) {
            return Err(Stop { at, why: Stopped::Paused });
        }
        match self.circuit {
            Circuit::Open { until: at } | Circuit::Probing { until: at } if at > now => Err(Stop { at, why: Stopped::Open }),
            _ => Ok(()),
        }
    }

    /// May a message leave at `now`, at most `per_second` a second? The first after an open circuit is its probe.
    ///
    /// # Errors
    /// Why not, and when to ask again: later than `now`.
    pub fn may_leave(&mut self, per_second: Option<u32>, now: DateTime<Utc>) -> Result<(), Stop> {
        self.may_ask(per_second, now)?;
        self.paused_until = None;
        if self.circuit != Circuit::Closed {
            self.circuit = Circuit::Probing { until: now + OPEN_FOR };
        }
        Ok(())
    }

    /// May the provider be asked for a message at `now`? The same, but it is no probe: it decides nothing.
    ///
    /// # Errors
    /// As [`Self::may_leave`].
    pub fn may_ask(&mut self, per_second: Option<u32>, now: DateTime<Utc>) -> Result<(), Stop> {
        self.is_open(now)?;
        let Some(per_second) = per_second else {
            self.spent_until = None;
            return Ok(());
        };
        let each = TimeDelta::microseconds(1_000_000 / i64::from(per_second.max(1)));
        // a bucket that holds one second's worth
        let full = now - TimeDelta::seconds(1) + each;
        let spent = self.spent_until.map_or(full, |spent| spent.max(full));
        if spent > now {
            return Err(Stop { at: spent, why: Stopped::Rate });
        }
        self.spent_until = Some(spent + each);
        Ok(())
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
            Handed::Unknown { .. } => self.unknowns = (self.unknowns << 1 | 1) & LOOKED_AT,
            Handed::Accepted { .. } | Handed::Refused { .. } => {
                self.unknowns = self.unknowns << 1 & LOOKED_AT;
                self.refusals = 0;
                self.circuit = Circuit::Closed;
            }
            Handed::Transient { .. } => {}
        }
        let too_many = self.refusals >= REFUSALS || self.unknowns.count_ones() * 2 >= LOOKED_AT.count_ones();
        let still_bad = was_open && matches!(handed, Handed::Refused { scope: Scope::Account, .. } | Handed::Unknown { .. });
        if too_many || still_bad {
            self.circuit = Circuit::Open { until: now + OPEN_FOR };
            self.unknowns = 0;
            self.refusals = 0;
            return !was_open;
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open_until(seconds: i64) -> Result<(), Stop> {
        Err(Stop { at: at(seconds), why: Stopped::Open })
    }

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
        assert_eq!(account.may_leave(None, at(1)), open_until(300));
        assert_eq!(account.may_leave(None, at(300)), Ok(()), "the probe");
        assert_eq!(account.may_leave(None, at(300)), open_until(600), "one only");
        assert_eq!(account.may_ask(None, at(300)), open_until(600));
        assert!(!account.heard(&revoked(), at(301)), "open already");
        assert_eq!(account.may_leave(None, at(302)), open_until(601));
        assert_eq!(account.may_ask(None, at(601)), Ok(()), "a question is no probe");
        assert_eq!(account.may_leave(None, at(601)), Ok(()));
        account.heard(&Handed::accepted(None), at(602));
        assert_eq!(account.may_leave(None, at(602)), Ok(()));
        assert_eq!(account.may_leave(None, at(602)), Ok(()));
    }

    #[test]
    fn a_provider_that_stays_silent_half_of_the_time_is_left_in_peace() {
        let mut account = Account::default();
        let opened: Vec<bool> = (0..19)
            .map(|call| account.heard(&if call % 2 == 0 { Handed::unknown("hang") } else { Handed::accepted(None) }, at(0)))
            .collect();
        assert!(opened[18] && !opened[..18].contains(&true), "the tenth of the latest twenty");
        assert!(account.may_leave(None, at(299)).is_err());
        let mut good = Account::default();
        assert!((0..200).all(|call| !good.heard(&if call % 3 == 0 { Handed::unknown("hang") } else { Handed::accepted(None) }, at(0))));
    }

    #[test]
    fn a_429_pauses_the_account_as_long_as_it_asks() {
        let mut account = Account::default();
        account.heard(&Handed::Throttled { retry_after: Some(TimeDelta::seconds(90)), detail: String::new() }, at(0));
        account.heard(&Handed::Throttled { retry_after: None, detail: String::new() }, at(1));
        assert_eq!(account.may_leave(None, at(2)), Err(Stop { at: at(90), why: Stopped::Paused }));
        assert!(!account.is_at_rest(at(89)) && account.is_at_rest(at(90)));
        assert_eq!(account.may_leave(None, at(90)), Ok(()));
    }

    #[test]
    fn the_bucket_lets_a_seconds_worth_through_and_then_one_at_a_time() {
        let mut account = Account::default();
        let left = (0..10).take_while(|_| account.may_leave(Some(4), at(10)).is_ok()).count();
        assert_eq!(left, 4);
        let next = account.may_leave(Some(4), at(10)).unwrap_err();
        assert_eq!(next, Stop { at: at(10) + TimeDelta::milliseconds(250), why: Stopped::Rate });
        assert_eq!(account.may_leave(Some(4), next.at), Ok(()));
        assert!(account.may_leave(Some(4), next.at).is_err());
        assert_eq!(account.may_leave(None, next.at), Ok(()), "as many as come, when the settings no longer say");
        assert_eq!(account, Account::default());
    }

    #[test]
    fn an_account_rests_again_once_its_failures_are_behind_it() {
        let mut account = Account::default();
        assert!(!account.heard(&Handed::accepted(None), at(0)) && account == Account::default(), "success is nobody's news");
        account.heard(&revoked(), at(0));
        assert!(!account.is_at_rest(at(0)));
        account.heard(&Handed::accepted(None), at(1));
        assert_eq!(account, Account::default());
        account.heard(&Handed::unknown("hang"), at(2));
        let outcomes = (0..30).take_while(|_| {
            account.heard(&Handed::accepted(None), at(3));
            !account.is_at_rest(at(3))
        });
        assert_eq!(outcomes.count(), 19, "twenty outcomes later");
        assert_eq!(account, Account::default());
    }
}
