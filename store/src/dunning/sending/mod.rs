//! From a due reminder to its outcome: claimed, loaded, frozen before the call, settled after it.
//!
//! The order is what makes a message leave at most once: its bytes and an attempt are committed before
//! the first byte leaves, and what nobody knows is settled by a rule, never by blind repeat.

mod cap;
mod claim;
mod claims;
mod content;
mod earlier;
mod effects;
mod failover;
mod finish;
mod freeze;
mod held;
mod job;
mod list;
mod load;
mod occurred;
mod printed;
mod raise;
mod reap;
mod shown;
mod statements;
mod suppression;
mod told;
pub(in crate::dunning) mod versions;
mod write;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use relance_domain::{ids::ReminderId, sending::Found};

pub use cap::left_since;
pub use claim::{claim_due, due_in_test};
pub use content::{attachment, content};
pub use finish::finish;
pub use freeze::{Frozen, freeze};
pub use held::{Held, hold};
pub use job::{Doubted, SendJob};
pub use load::load;
pub use printed::{Printed, printed};
pub use reap::reap_stuck;
pub use relance_domain::sending::Scope as RefusalScope;
pub use suppression::suppressed;

/// A broken account is tried again after this long.
const ACCOUNT_PAUSE: TimeDelta = TimeDelta::minutes(15);
/// First and longest pause after a failure that is certain not to have sent anything.
const FIRST_PAUSE: TimeDelta = TimeDelta::seconds(30);
const LONGEST_PAUSE: TimeDelta = TimeDelta::hours(1);
/// About a day of attempts; then a person has to look.
const MOST_ATTEMPTS: usize = 30;
/// What is done next of a planned message that the first provider would not take.
const DIVERTED: &str = "fallback";
/// After so many throttled attempts, a few hours, somebody hears of it.
const STILL_THROTTLED: usize = 10;

/// How a reminder that was worked on ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendOutcome {
    /// The provider took it.
    Sent {
        /// The provider's id of it.
        provider_id: Option<String>,
        /// Step of a line → the day given to the debtor by it.
        granted: BTreeMap<String, NaiveDate>,
    },
    /// The provider did not take it, or we could not make it.
    Refused {
        /// What the refusal is about.
        scope: RefusalScope,
        /// What was said, without addresses.
        detail: String,
    },
    /// The provider asked to wait.
    Throttled {
        /// Its wish.
        retry_after: Option<TimeDelta>,
        /// What was said.
        detail: String,
    },
    /// It certainly did not leave; it may next time.
    Transient {
        /// What happened.
        detail: String,
    },
    /// It may have left.
    Unknown {
        /// What happened.
        detail: String,
        /// Was the provider told where its receipts go?
        receipts: bool,
        /// Can the provider be asked for it, as the account is set up?
        asked: bool,
        /// The provider has been silent so often that somebody must hear of it.
        alarm: bool,
    },
    /// The provider was asked for an unknown message and did not say that it has it.
    LookedUp {
        /// What it said.
        found: Found,
        /// Was it told where its receipts go?
        receipts: bool,
    },
    /// It went to the first provider, and a fallback stands ready should that not take it.
    Spared {
        /// Until when it still leaves on this day.
        until: DateTime<Utc>,
        /// What became of it there.
        outcome: Box<Self>,
    },
    /// It went to the fallback.
    ByFallback {
        /// Why not to the first.
        why: String,
        /// What became of it there.
        outcome: Box<Self>,
    },
    /// Receipts say more of it.
    Told,
    /// Nobody will ever know: a person has to find out.
    GaveUp,
    /// The last look forbids it.
    Cancelled {
        /// Code.
        reason: String,
    },
    /// As many as may leave on this day have left.
    Capped {
        /// When the next day begins.
        at: DateTime<Utc>,
        /// How many may.
        most: u64,
    },
    /// The last look says not now.
    Later {
        /// When.
        at: DateTime<Utc>,
    },
}

/// A reminder with its outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// Which.
    pub id: ReminderId,
    /// Number of the attempt that ended so; `None` when nothing was tried.
    pub attempt: Option<i32>,
    /// How it ended.
    pub outcome: SendOutcome,
}

/// The pause after `attempts` failed ones: doubling, and spread by up to a quarter with the id.
fn pause(id: ReminderId, attempts: usize, wish: Option<TimeDelta>) -> TimeDelta {
    let doublings = u32::try_from(attempts.saturating_sub(1).min(10)).unwrap_or_default();
    let base = FIRST_PAUSE.checked_mul(2_i32.saturating_pow(doublings)).unwrap_or(LONGEST_PAUSE).min(LONGEST_PAUSE);
    let spread = i64::try_from(id.0.as_u128() & 0xff).unwrap_or_default();
    let base = base + TimeDelta::milliseconds(base.num_milliseconds().saturating_mul(spread) / 1024);
    wish.map_or(base, |wish| wish.clamp(base, TimeDelta::days(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_an_hour_and_heed_the_providers_wish() {
        let id = ReminderId(uuid::Uuid::from_u128(0));
        let seconds: Vec<i64> = (1..=9).map(|made| pause(id, made, None).num_seconds()).collect();
        assert_eq!(seconds, [30, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600]);
        assert_eq!(pause(id, 1, Some(TimeDelta::minutes(5))), TimeDelta::minutes(5));
        assert_eq!(pause(id, 4, Some(TimeDelta::seconds(1))), TimeDelta::seconds(240));
        let other = ReminderId(uuid::Uuid::from_u128(0xff));
        assert!(pause(other, 1, None) > FIRST_PAUSE && pause(other, 1, None) < TimeDelta::seconds(38));
    }
}
