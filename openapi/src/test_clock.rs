//! The clock of a test tenant on the wire.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where the clock stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ClockView {
    /// Now.
    #[schema(format = DateTime)]
    pub now: String,
    /// `ready` when nothing due is left, else `advancing`.
    #[schema(example = "ready")]
    pub status: String,
    /// Where an advance is going to.
    #[schema(format = DateTime)]
    pub target: Option<String>,
}

/// Where to advance to.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AdvanceInput {
    /// The instant, at most 400 days ahead.
    #[schema(format = DateTime, example = "2026-12-01T09:00:00.000Z")]
    pub to: String,
}
