//! Webhooks that sources delivered.

use relance_domain::records::{InboxFact, InboxRecord};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{page, time::at};

/// The answer to a source's webhook whose signature was good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WebhookTaken {
    /// It is written down and will be worked.
    pub received: bool,
}

/// What became of one fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InboxFactView {
    /// Type, as of an event: `invoice.updated`.
    #[serde(rename = "type")]
    #[schema(example = "invoice.updated")]
    pub kind: String,
    /// The source's id of the thing.
    pub external_id: Option<String>,
    /// `created`, `changed`, `unchanged`, `duplicate`, `stale`, `parked` or `rejected`.
    #[schema(example = "created")]
    pub result: String,
    /// Why it was not taken.
    pub detail: Option<String>,
}

impl From<&InboxFact> for InboxFactView {
    fn from(fact: &InboxFact) -> Self {
        let InboxFact { kind, external_id, result, detail } = fact.clone();
        Self { kind, external_id, result, detail }
    }
}

/// A webhook that a source delivered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InboxView {
    /// Id.
    #[schema(example = "inb_01hzy4d6n6e6vb3r3m2q9k7x1a")]
    pub id: String,
    /// Source.
    pub source_id: String,
    /// Its name.
    pub source: String,
    /// Who sent it.
    #[schema(example = "stripe")]
    pub kind: String,
    /// The sender's id of the event, else the SHA-256 of the body: the same again is not taken twice.
    pub event_key: String,
    /// `received`, `applied`, `ignored`, `waiting_fetch` or `quarantined`.
    #[schema(example = "applied")]
    pub status: String,
    /// Why it is ignored, waits or was put aside.
    pub reason: Option<String>,
    /// The sender's id of what it waits for.
    pub waiting_for: Option<String>,
    /// What became of each fact in it.
    pub facts: Vec<InboxFactView>,
    /// Times it was worked on.
    pub attempts: i32,
    /// When it came.
    #[schema(format = DateTime)]
    pub received_at: String,
    /// When it was last settled.
    #[schema(format = DateTime)]
    pub settled_at: Option<String>,
    /// The body as it came, when one delivery is read; null once forgotten.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
}

impl From<&InboxRecord> for InboxView {
    fn from(record: &InboxRecord) -> Self {
        Self {
            id: record.id.to_string(),
            source_id: record.source_id.to_string(),
            source: record.source.clone(),
            kind: record.kind.clone(),
            event_key: record.dedupe_key.clone(),
            status: record.status.clone(),
            reason: record.reason.clone(),
            waiting_for: record.waits_for.clone(),
            facts: record.facts.iter().map(InboxFactView::from).collect(),
            attempts: record.attempts,
            received_at: at(record.received_at),
            settled_at: record.settled_at.map(at),
            body: None,
        }
    }
}

page!(InboxList of InboxView, "Webhooks of sources, newest first.");
