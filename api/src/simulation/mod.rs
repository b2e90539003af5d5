//! Simulations: what is asked, the courses it is asked about, and what is told of them. Dry: nothing is written.

mod ledger;
mod policies;
mod run;
mod tell;

pub use ledger::{Ledger, read_ledger};
pub use policies::{Chooser, as_presets, document, with};
pub use run::{Ask, Entering, Told, cores, drive_all, spread_over};
pub use tell::{Caps, tell};

use chrono::{DateTime, Duration, NaiveDate, Utc};
use relance_domain::{
    calendar::{Zone, start_of_day},
    simulation::{Assumptions, Span},
};
use relance_openapi::problem::Code;

use crate::{
    body::Faults,
    problem::{Answer, Refusal},
};

/// Longest period, in days.
pub const LONGEST: i64 = 400;

/// From which day until which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub until: NaiveDate,
}

impl Period {
    /// Reads the two days.
    ///
    /// # Errors
    /// 422 unless `until` is on or after `from`, and at most 400 days later.
    pub fn read(from: &str, until: &str) -> Answer<Self> {
        let mut faults = Faults::default();
        let (from, until) = (faults.day("/from", from), faults.day("/until", until));
        let (from, until) = faults.some(from.zip(until))?;
        let days = until.signed_duration_since(from).num_days();
        if !(0..=LONGEST).contains(&days) {
            let detail = format!("A simulation ends on or after the day it begins, at most {LONGEST} days later.");
            return Err(Refusal::field(Code::ValidationFailed, "/until", detail));
        }
        Ok(Self { from, until })
    }

    /// The instants: `now` instead of the first midnight when the period is told from how things stand now.
    pub fn span(self, zone: Zone, now: Option<DateTime<Utc>>, people: Assumptions) -> Span {
        let after = start_of_day(self.until.succ_opt().unwrap_or(self.until), zone);
        Span { from: now.unwrap_or_else(|| start_of_day(self.from, zone)), until: after - Duration::milliseconds(1), people }
    }
}
