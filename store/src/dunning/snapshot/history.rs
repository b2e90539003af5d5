//! How far back what was said and tried counts.

use chrono::{DateTime, TimeDelta, Utc};

use serde::Deserialize;
use uuid::Uuid;

use super::rows::{flag, some_id};
use crate::{policies::ActivePolicy, time::millis};

/// Pacing looks back thirty days; one more for the zones.
const PACING_DAYS: i64 = 31;
/// Calls matter longer: a notice asks for an attempt before it.
const CALL_DAYS: i64 = 120;

/// How many days of messages the policies want to see: steps that come once in so many days look further.
pub(super) fn days_back(active: &[ActivePolicy]) -> i64 {
    let once = active.iter().flat_map(|active| &active.policy.steps).filter_map(|step| step.once_per_days).max();
    once.map_or(0, i64::from).saturating_add(1).max(PACING_DAYS)
}

/// The instants from which on things count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reach {
    sent: i64,
    tried: i64,
    /// Contacts that count for pacing.
    pub paced: i64,
}

impl Reach {
    /// Messages of the last `days` days, what was tried in the last 120 at least.
    pub(super) fn new(now: DateTime<Utc>, days: i64) -> Self {
        let since = |days: i64| millis(now.checked_sub_signed(TimeDelta::days(days)).unwrap_or(now));
        Self { sent: since(days), tried: since(CALL_DAYS.max(days)), paced: since(PACING_DAYS) }
    }

    pub(super) fn counts_sent(&self, row: &SentRow) -> bool {
        row.sent_at >= self.sent
    }

    pub(super) fn counts_tried(&self, row: &TriedRow) -> bool {
        row.at >= self.tried
    }
}

/// A message that left.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct SentRow {
    pub customer_id: Uuid,
    pub channel: String,
    pub step_key: String,
    pub sent_at: i64,
}

/// A contact made by somebody, or tried.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct TriedRow {
    pub customer_id: Uuid,
    pub id: Uuid,
    pub channel: String,
    pub at: i64,
    pub on_day: String,
    #[serde(deserialize_with = "flag")]
    pub reached: bool,
    pub direction: String,
    #[serde(deserialize_with = "some_id")]
    pub task_id: Option<Uuid>,
    /// Step of that task.
    pub task_step: Option<String>,
}

impl TriedRow {
    /// Did we contact the customer? What it says by itself counts in no pacing and is no attempt.
    pub(super) fn is_ours(&self) -> bool {
        self.direction != "inbound"
    }
}
