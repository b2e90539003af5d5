//! What sources said of themselves, and facts that wait.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    connector::ConnectorConfig,
    facts::WaitingFor,
    ids::{InboxId, SourceId},
    money::Money,
};

/// Open invoices in one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenItems {
    /// How many.
    pub count: i64,
    /// Sum of what is due.
    pub total: Money,
}

/// A source as we know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceRecord {
    /// Its name.
    pub name: String,
    /// All payments up to then have been pushed.
    pub payments_complete_until: Option<DateTime<Utc>>,
    /// When it last said so.
    pub heartbeat_at: Option<DateTime<Utc>>,
    /// Its open items differed from the ledger when it last stated them.
    pub ledger_differs: bool,
    /// The ledger's open items of that source, by currency.
    pub ledger: Vec<OpenItems>,
}

/// A fact that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParkedRecord {
    /// Row id, for paging only.
    pub id: Uuid,
    /// Source.
    pub source: String,
    /// Kind of fact: `invoice`, `payment`, `dispute_resolved`…
    pub kind: String,
    /// The source's id of it.
    pub external_id: String,
    /// What it waits for first; `None`: it cannot be taken, see `refused`.
    pub waiting_for: Option<WaitingFor>,
    /// Problem code that keeps it from being taken although everything it named is known.
    pub refused: Option<String>,
    /// When it came.
    pub received_at: DateTime<Utc>,
}

/// What became of an event, as it stands now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IngestedRecord {
    /// Its id.
    pub id: String,
    /// Its source.
    pub source: String,
    /// Kind of fact: `invoice`, `payment`, `dispute_resolved`…
    pub kind: String,
    /// The source's id of what it is about.
    pub external_id: String,
    /// `accepted`, `stale`, `parked`, `rejected`.
    pub result: String,
    /// Kind and prefixed id of the thing it is about, when that is known.
    pub resource: Option<(&'static str, String)>,
    /// What it waits for first.
    pub waiting_for: Option<WaitingFor>,
    /// Code, pointer and words of why it was rejected; pointer and words may be empty.
    pub problem: Option<(String, String, String)>,
    /// When it came.
    pub received_at: DateTime<Utc>,
}

/// Facts of a source that have waited for more than a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParkedAlarm {
    /// Source.
    pub source_id: SourceId,
    /// Its name.
    pub source: String,
    /// How many this alarm is about.
    pub count: i64,
    /// When the oldest of them came.
    pub oldest_received_at: DateTime<Utc>,
    /// The oldest of them, twenty at most.
    pub facts: Vec<ParkedRecord>,
}

/// A source with how its webhooks are taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectorRecord {
    /// Id: names it in the address of its webhooks.
    pub id: SourceId,
    /// Name: scopes every external id.
    pub name: String,
    /// Who sends; `None`: nobody yet.
    pub kind: Option<String>,
    /// Are webhooks taken?
    pub enabled: bool,
    /// How they are verified and read.
    pub config: ConnectorConfig,
    /// All payments up to then have been pushed.
    pub payments_complete_until: Option<DateTime<Utc>>,
    /// When it last said so.
    pub heartbeat_at: Option<DateTime<Utc>>,
    /// Its open items differed from the ledger when it last stated them.
    pub ledger_differs: bool,
    /// Changes with every change of the connector.
    pub row_version: i64,
    /// When it was first heard of or made.
    pub created_at: DateTime<Utc>,
}

/// What became of one fact of a delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboxFact {
    /// Kind of fact, as an event's type: `invoice.updated`.
    pub kind: String,
    /// The source's id of the thing.
    pub external_id: Option<String>,
    /// `created`, `changed`, `unchanged`, `duplicate`, `stale`, `parked` or `rejected`.
    pub result: String,
    /// Why it was not taken.
    pub detail: Option<String>,
}

/// A webhook that a source delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxRecord {
    /// Id.
    pub id: InboxId,
    /// Source.
    pub source_id: SourceId,
    /// Its name.
    pub source: String,
    /// Who sent it.
    pub kind: String,
    /// The sender's id of the event, else SHA-256 of the body.
    pub dedupe_key: String,
    /// `received`, `applied`, `ignored`, `waiting_fetch` or `quarantined`.
    pub status: String,
    /// Why it is ignored, waits or was put aside.
    pub reason: Option<String>,
    /// The sender's id of what it waits for.
    pub waits_for: Option<String>,
    /// What became of each fact in it.
    pub facts: Vec<InboxFact>,
    /// Times it was worked on.
    pub attempts: i32,
    /// When it came.
    pub received_at: DateTime<Utc>,
    /// When it was last settled.
    pub settled_at: Option<DateTime<Utc>>,
    /// Is the body still kept?
    pub kept: bool,
}
