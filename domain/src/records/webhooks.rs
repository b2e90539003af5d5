//! Deliveries and their attempts as we know them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{DeliveryId, EndpointId, EventId};

/// One event on its way to one endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryRecord {
    /// Id.
    pub id: DeliveryId,
    /// Endpoint.
    pub endpoint_id: EndpointId,
    /// Event; of a try-out, an id that names no event of the feed.
    pub event_id: EventId,
    /// Type of the event (wire word); `None` when the event is older than the feed.
    pub event_type: Option<String>,
    /// A try-out of the endpoint with a sample.
    pub test: bool,
    /// `pending`, `delivered`, `failed`, `dropped`.
    pub status: String,
    /// Attempts made.
    pub attempts: i32,
    /// Next attempt; `None` once settled.
    pub next_attempt_at: Option<DateTime<Utc>>,
    /// Created (real time).
    pub created_at: DateTime<Utc>,
}

/// One try to deliver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryAttemptRecord {
    /// From 1.
    pub number: i32,
    /// When (real time).
    pub at: DateTime<Utc>,
    /// How long, in milliseconds.
    pub duration_ms: i64,
    /// Status of the answer.
    pub status_code: Option<i32>,
    /// Why there was no answer (`timeout`, `blocked_address`, …).
    pub error: Option<String>,
    /// Beginning of the answer's body.
    pub response: Option<String>,
    /// `webhook-signature` as it was sent.
    pub signature: Option<String>,
    /// SHA-256 of the body that was sent, in hexadecimal.
    pub body_sha256: Option<String>,
    /// Its length in bytes.
    pub body_bytes: Option<i32>,
}
