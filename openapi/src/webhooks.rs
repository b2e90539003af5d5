//! Webhook endpoints, their deliveries, and the types of events.

use relance_domain::{
    event::EventType,
    records::{DeliveryAttemptRecord, DeliveryRecord, EndpointRecord},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{catalogue, events::EventView, page, patch::stated, time::at};

/// A webhook endpoint to be made.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndpointBody {
    /// Where to: https, a public address, port 443, 8443 or 1024 and above.
    #[schema(example = "https://erp.example.com/hooks/relance", max_length = 2048)]
    pub url: String,
    /// Types of events it wants: a type, a group (`invoice.*`), or `*` for all.
    #[schema(example = json!(["*"]), max_items = 100)]
    pub event_types: Vec<String>,
    /// Only events about customers of these segments; events about no customer go too. Empty: all.
    #[schema(max_items = 100)]
    pub segments: Option<Vec<String>>,
    /// `full` (the object goes along; default) or `thin` (only its id).
    #[schema(example = "full")]
    pub payload: Option<String>,
    /// `none` (best effort; default) or `subject`: one in flight per subject, a later event waits for an earlier one.
    #[schema(example = "none")]
    pub ordering: Option<String>,
    /// Words for people.
    #[schema(max_length = 500)]
    pub description: Option<String>,
}

/// What is to change; absent members stay.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndpointPatch {
    /// Where to.
    #[schema(max_length = 2048)]
    pub url: Option<String>,
    /// Types of events it wants: a type, a group (`invoice.*`), or `*` for all.
    #[schema(max_items = 100)]
    pub event_types: Option<Vec<String>>,
    /// Segments of customers; empty: all.
    #[schema(max_items = 100)]
    pub segments: Option<Vec<String>>,
    /// `full` or `thin`.
    pub payload: Option<String>,
    /// `none` or `subject`.
    pub ordering: Option<String>,
    /// Words for people; null takes them away.
    #[serde(default, deserialize_with = "stated")]
    #[schema(value_type = Option<String>, max_length = 500)]
    pub description: Option<Option<String>>,
    /// `enabled` or `disabled`; what waits goes out when it is enabled again.
    pub status: Option<String>,
}

/// How long old secrets sign beside the new one.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RotateBody {
    /// Hours, 0 to 168; 24 unless told otherwise.
    #[schema(minimum = 0, maximum = 168, example = 24)]
    pub overlap_hours: Option<i64>,
}

/// Which sample to send.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TestBody {
    /// Type of event; `invoice.overdue` unless told otherwise.
    #[serde(rename = "type")]
    #[schema(example = "invoice.overdue")]
    pub kind: Option<String>,
}

/// Which failed deliveries to queue again.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecoverBody {
    /// Those made since then; at most 14 days ago, which is the default.
    #[schema(format = DateTime, example = "2026-12-01T00:00:00.000Z")]
    pub since: Option<String>,
    /// Those made before then; now unless told otherwise.
    #[schema(format = DateTime, example = "2026-12-02T00:00:00.000Z")]
    pub until: Option<String>,
}

/// A body that says nothing: absent or `{}`.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoMembers {}

/// How many deliveries were queued again, or would be.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Recovered {
    /// Deliveries, the oldest first, 10,000 at most.
    #[schema(example = 128)]
    pub count: u64,
    /// Those beyond: call again for them.
    #[schema(example = 0)]
    pub remaining: u64,
}

/// A webhook endpoint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EndpointView {
    /// Id; null on a dry run.
    #[schema(example = "whe_01hzy4d6n6e6vb3r3m2q9k7x1a")]
    pub id: Option<String>,
    /// Where to.
    pub url: String,
    /// Types of events it wants: a type, a group (`invoice.*`), or `*` for all.
    pub event_types: Vec<String>,
    /// Segments of customers; empty: all.
    pub segments: Vec<String>,
    /// `full` or `thin`.
    #[schema(example = "full")]
    pub payload: String,
    /// `none` or `subject`.
    #[schema(example = "none")]
    pub ordering: String,
    /// Words for people.
    pub description: Option<String>,
    /// `enabled` or `disabled`.
    #[schema(example = "enabled")]
    pub status: String,
    /// Why it is disabled: `by_hand`, `gone` (it answered 410 or asked for it), `only_failures` (for five days).
    pub disabled_reason: Option<String>,
    /// `closed` (all goes out), `open` (nothing before the next probe; what waits stays pending) or `half_open` (a probe is out).
    #[schema(example = "closed")]
    pub breaker: String,
    /// When the next probe may go; null when closed.
    #[schema(format = DateTime)]
    pub next_probe_at: Option<String>,
    /// Since when there is nothing but failures.
    #[schema(format = DateTime)]
    pub failing_since: Option<String>,
    /// Failed attempts in a row.
    #[schema(example = 0)]
    pub consecutive_failures: u32,
    /// Version of the bodies it gets: that of its creation.
    #[schema(example = "2026-12-01")]
    pub api_version: String,
    /// The signing secret: here at creation and rotation only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    pub secret: Option<String>,
    /// When it was made.
    #[schema(format = DateTime)]
    pub created_at: String,
}

impl From<&EndpointRecord> for EndpointView {
    fn from(record: &EndpointRecord) -> Self {
        Self {
            id: Some(record.id.to_string()),
            url: record.url.clone(),
            event_types: record.event_types.clone(),
            segments: record.segments.clone(),
            payload: record.payload.clone(),
            ordering: record.ordering.clone(),
            description: record.description.clone(),
            status: record.status.clone(),
            disabled_reason: record.disabled_reason.clone(),
            breaker: record.breaker.state.as_str().to_owned(),
            next_probe_at: record.breaker.probe_at.map(at),
            failing_since: record.breaker.failing_since.map(at),
            consecutive_failures: record.breaker.failures,
            api_version: record.api_version.clone(),
            secret: None,
            created_at: at(record.created_at),
        }
    }
}

page!(EndpointList of EndpointView, "Webhook endpoints, newest first.");

/// One event on its way to one endpoint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DeliveryView {
    /// Id.
    #[schema(example = "dlv_01hzy4d6n6e6vb3r3m2q9k7x1a")]
    pub id: String,
    /// Endpoint.
    pub endpoint_id: String,
    /// Event: the `webhook-id` of every attempt.
    pub event_id: String,
    /// Type of the event; null when the event is no longer kept.
    #[schema(example = "invoice.overdue")]
    pub event_type: Option<String>,
    /// A try-out with a sample.
    pub test: bool,
    /// `pending`, `delivered`, `failed` or `dropped`.
    #[schema(example = "pending")]
    pub status: String,
    /// Attempts made.
    pub attempts: i32,
    /// Next attempt; null once settled.
    #[schema(format = DateTime)]
    pub next_attempt_at: Option<String>,
    /// When it was made.
    #[schema(format = DateTime)]
    pub created_at: String,
}

impl From<&DeliveryRecord> for DeliveryView {
    fn from(record: &DeliveryRecord) -> Self {
        Self {
            id: record.id.to_string(),
            endpoint_id: record.endpoint_id.to_string(),
            event_id: record.event_id.to_string(),
            event_type: record.event_type.clone(),
            test: record.test,
            status: record.status.clone(),
            attempts: record.attempts,
            next_attempt_at: record.next_attempt_at.map(at),
            created_at: at(record.created_at),
        }
    }
}

page!(DeliveryList of DeliveryView, "Deliveries, newest first.");

/// One try to deliver.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DeliveryAttemptView {
    /// From 1.
    pub number: i32,
    /// When.
    #[schema(format = DateTime)]
    pub at: String,
    /// How long, in milliseconds.
    pub duration_ms: i64,
    /// Status of the answer; null when there was none.
    pub status_code: Option<i32>,
    /// Why there was none: `blocked_address`, `name_not_resolved`, `connection_failed`, `tls_failed`, `timeout`, `protocol_error`,
    /// `payload_expired`.
    #[schema(example = "timeout")]
    pub error: Option<String>,
    /// Beginning of the answer, at most 2 KiB.
    pub response: Option<String>,
    /// What was posted; null when nothing was.
    pub request: Option<AttemptRequest>,
}

/// What was posted, but for the body: that is the event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AttemptRequest {
    /// Header `webhook-timestamp`, in Unix seconds.
    #[schema(example = 1_796_115_600)]
    pub webhook_timestamp: i64,
    /// Header `webhook-signature`.
    #[schema(example = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")]
    pub webhook_signature: String,
    /// SHA-256 of the body, in hexadecimal.
    pub body_sha256: String,
    /// Its length.
    pub body_bytes: i32,
}

impl AttemptRequest {
    fn of(record: &DeliveryAttemptRecord) -> Option<Self> {
        Some(Self {
            webhook_timestamp: record.at.timestamp(),
            webhook_signature: record.signature.clone()?,
            body_sha256: record.body_sha256.clone()?,
            body_bytes: record.body_bytes?,
        })
    }
}

impl From<&DeliveryAttemptRecord> for DeliveryAttemptView {
    fn from(record: &DeliveryAttemptRecord) -> Self {
        Self {
            number: record.number,
            at: at(record.at),
            duration_ms: record.duration_ms,
            status_code: record.status_code,
            error: record.error.clone(),
            response: record.response.clone(),
            request: AttemptRequest::of(record),
        }
    }
}

page!(DeliveryAttemptList of DeliveryAttemptView, "Attempts, newest first.");

/// A type of event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EventTypeView {
    /// The type.
    #[serde(rename = "type")]
    #[schema(example = "invoice.overdue")]
    pub kind: String,
    /// When it is said.
    pub description: String,
    /// Type of its subject.
    #[schema(example = "invoice")]
    pub subject: String,
    /// Version of the bodies it came with.
    #[schema(example = "2026-12-01")]
    pub since: String,
    /// It will go away.
    pub deprecated: bool,
    /// Where its schema stands.
    #[schema(example = "/openapi.json#/components/schemas/InvoiceOverdueEvent")]
    pub schema: String,
    /// A sample of it, as it is told.
    pub sample: EventView,
}

impl EventTypeView {
    /// The type as the catalogue has it, with a sample.
    pub fn new(kind: EventType, sample: EventView) -> Self {
        let entry = catalogue::entry(kind);
        Self {
            kind: kind.as_str().to_owned(),
            description: kind.description().to_owned(),
            subject: kind.subject_type().as_str().to_owned(),
            since: entry.map(|entry| entry.since.clone()).unwrap_or_default(),
            deprecated: entry.is_some_and(|entry| entry.deprecated),
            schema: format!("/openapi.json#/components/schemas/{}", catalogue::schema_name(kind)),
            sample,
        }
    }
}

page!(EventTypeList of EventTypeView, "Every type of event.");
