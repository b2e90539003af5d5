//! The system clock: the one place where time comes from.

use chrono::{DateTime, SubsecRound, Utc};
use relance_domain::clock::Clock;

/// Real time in whole milliseconds.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the composition root owns the system clock")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(3)
    }
}
