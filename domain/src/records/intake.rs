//! What sources said of themselves, and facts that wait.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{facts::WaitingFor, money::Money};

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
