//! Facts in as events, what waits, and heartbeats, on the wire.

mod data;

use std::collections::BTreeMap;

pub use data::{
    DisputeOpenedData, DisputeResolvedData, EinvoiceStatusData, InsolvencyOpenedData, InvoiceDeliveredData, InvoiceVoidedData,
    OptedOutData, PromiseMadeData,
};
use relance_domain::{
    facts::WaitingFor,
    records::{IngestedRecord, OpenItems, ParkedAlarm, ParkedRecord, SourceRecord},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::{problem::Problem, time::at};

/// A CloudEvent 1.0 in structured mode. Unknown extension attributes are ignored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CloudEvent {
    /// `1.0`.
    #[schema(example = "1.0")]
    pub specversion: Option<String>,
    /// Unique within its source: the same id with the same data is a duplicate.
    #[schema(example = "e-1001")]
    pub id: String,
    /// Plays the part of the path's `{source}`.
    #[schema(example = "erp")]
    pub source: String,
    /// `customer.upserted`, `invoice.issued`, `payment.received`, …
    #[serde(rename = "type")]
    #[schema(example = "invoice.issued")]
    pub kind: String,
    /// The body of the corresponding PUT, with `external_id`.
    #[schema(value_type = Object)]
    pub data: Map<String, Value>,
}

/// A thing by its kind and id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ResourceRef {
    /// `customer`, `invoice`, `credit_note`, `payment`, `dispute`, `promise`, `hold`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its id; null in a dry run that would make it.
    pub id: Option<String>,
}

/// A thing that a fact waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WaitingForView {
    /// `customer`, `invoice`, `payment`, `dispute`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The source's id of it.
    pub external_id: String,
}

impl From<&WaitingFor> for WaitingForView {
    fn from(waiting: &WaitingFor) -> Self {
        let WaitingFor { kind, external_id } = waiting;
        Self { kind: kind.as_str().to_owned(), external_id: external_id.clone() }
    }
}

/// A fact that waits for something not known yet; it is taken on its arrival.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ParkedAnswer {
    /// `parked`.
    #[schema(example = "parked")]
    pub result: String,
    /// What it waits for.
    pub waiting_for: Vec<WaitingForView>,
}

impl ParkedAnswer {
    /// The answer for a fact that waits for those.
    pub fn new(waiting: &[WaitingFor]) -> Self {
        Self { result: "parked".to_owned(), waiting_for: waiting.iter().map(WaitingForView::from).collect() }
    }
}

/// What became of one event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct IngestItem {
    /// Its place in the batch, from 0.
    pub index: usize,
    /// Its id, when that could be read.
    pub id: Option<String>,
    /// `accepted`, `duplicate`, `stale`, `parked`, `rejected`.
    #[schema(example = "accepted")]
    pub result: String,
    /// What it was about.
    pub resource: Option<ResourceRef>,
    /// Why it was rejected.
    pub problem: Option<Problem>,
    /// What a parked one waits for.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub waiting_for: Vec<WaitingForView>,
}

/// How many of each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IngestSummary {
    /// Taken.
    pub accepted: usize,
    /// Taken before.
    pub duplicate: usize,
    /// Something newer is known.
    pub stale: usize,
    /// Waiting.
    pub parked: usize,
    /// Refused.
    pub rejected: usize,
}

impl IngestSummary {
    /// Counts results.
    pub fn of<'a>(results: impl IntoIterator<Item = &'a str>) -> Self {
        let mut summary = Self::default();
        for result in results {
            let count = match result {
                "accepted" => &mut summary.accepted,
                "duplicate" => &mut summary.duplicate,
                "stale" => &mut summary.stale,
                "parked" => &mut summary.parked,
                _ => &mut summary.rejected,
            };
            *count += 1;
        }
        summary
    }
}

/// What became of a batch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct IngestAnswer {
    /// How many of each.
    pub summary: IngestSummary,
    /// Each, in order.
    pub items: Vec<IngestItem>,
}

/// A fact that waits, as it is listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ParkedView {
    /// Source.
    pub source: String,
    /// Kind of fact: `invoice`, `payment`, `dispute_resolved`…
    #[serde(rename = "type")]
    pub kind: String,
    /// The source's id of it.
    pub external_id: String,
    /// What it waits for first; empty: see `refused_code`.
    pub waiting_for: Vec<WaitingForView>,
    /// Everything it named is known, but it contradicts that: code of the problem.
    pub refused_code: Option<String>,
    /// When it came.
    pub received_at: String,
}

impl From<&ParkedRecord> for ParkedView {
    fn from(record: &ParkedRecord) -> Self {
        let ParkedRecord { id: _, source, kind, external_id, waiting_for, refused, received_at } = record;
        Self {
            source: source.clone(),
            kind: kind.clone(),
            external_id: external_id.clone(),
            waiting_for: waiting_for.iter().map(WaitingForView::from).collect(),
            refused_code: refused.clone(),
            received_at: at(*received_at),
        }
    }
}

/// Facts of a source that have waited for a day for something that nobody has told yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ParkedAlarmView {
    /// The source's id.
    #[schema(example = "src_01hzy4d6n6e6vb3r3m2q9k7x1a")]
    pub id: String,
    /// Its name.
    pub source: String,
    /// How many facts: each is told of once.
    #[schema(minimum = 1, example = 3)]
    pub count: i64,
    /// When the oldest of them came.
    #[schema(format = DateTime)]
    pub oldest_received_at: String,
    /// The oldest of them, twenty at most.
    #[schema(max_items = 20)]
    pub facts: Vec<ParkedView>,
}

impl From<&ParkedAlarm> for ParkedAlarmView {
    fn from(record: &ParkedAlarm) -> Self {
        let ParkedAlarm { source_id, source, count, oldest_received_at, facts } = record;
        Self {
            id: source_id.to_string(),
            source: source.clone(),
            count: *count,
            oldest_received_at: at(*oldest_received_at),
            facts: facts.iter().map(ParkedView::from).collect(),
        }
    }
}

/// What became of an event, as it stands now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct IngestedEventView {
    /// Its id.
    #[schema(example = "e-1001")]
    pub id: String,
    /// Its source.
    #[schema(example = "erp")]
    pub source: String,
    /// Kind of fact: `invoice`, `payment`, `dispute_resolved`…
    #[serde(rename = "type")]
    pub kind: String,
    /// The source's id of what it is about.
    pub external_id: String,
    /// `accepted`, `stale`, `parked`, `rejected`. One that waited becomes `accepted` when it is taken.
    #[schema(example = "accepted")]
    pub result: String,
    /// What it is about, once it is known.
    pub resource: Option<ResourceRef>,
    /// Why it was rejected.
    pub problem: Option<Problem>,
    /// What it waits for first.
    pub waiting_for: Vec<WaitingForView>,
    /// When it came.
    #[schema(format = DateTime)]
    pub received_at: String,
}

impl IngestedEventView {
    /// The event `record`, with the problem that a rejected one had.
    pub fn new(record: &IngestedRecord, problem: Option<Problem>) -> Self {
        let IngestedRecord { id, source, kind, external_id, result, resource, waiting_for, problem: _, received_at } = record;
        Self {
            id: id.clone(),
            source: source.clone(),
            kind: kind.clone(),
            external_id: external_id.clone(),
            result: result.clone(),
            resource: resource.as_ref().map(|(kind, id)| ResourceRef { kind: (*kind).to_owned(), id: Some(id.clone()) }),
            problem,
            waiting_for: waiting_for.iter().map(WaitingForView::from).collect(),
            received_at: at(*received_at),
        }
    }
}

crate::page!(ParkedList of ParkedView, "Facts that wait, newest first.");

/// Open items in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenItemsInput {
    /// How many invoices are open.
    #[schema(minimum = 0, example = 12)]
    pub count: i64,
    /// Sum of what is due, decimal.
    #[schema(example = "15400.00")]
    pub total: String,
}

/// What a source says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HeartbeatInput {
    /// All payments up to then have been pushed.
    #[schema(format = DateTime, example = "2026-10-01T06:00:00.000Z")]
    pub payments_complete_until: String,
    /// Open items by currency, to be compared with the ledger; a currency left out has none.
    pub open_items: Option<BTreeMap<String, OpenItemsInput>>,
}

/// A source as we know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SourceView {
    /// Its name.
    pub source: String,
    /// All payments up to then have been pushed.
    pub payments_complete_until: Option<String>,
    /// When it last said so.
    pub heartbeat_at: Option<String>,
    /// Its open items differ from the ledger: everything is held until they agree.
    pub ledger_differs: bool,
    /// The ledger's own open items of that source, by currency.
    pub ledger: BTreeMap<String, OpenItemsInput>,
}

impl From<&SourceRecord> for SourceView {
    fn from(record: &SourceRecord) -> Self {
        let SourceRecord { name, payments_complete_until, heartbeat_at, ledger_differs, ledger } = record;
        let item =
            |item: &OpenItems| (item.total.currency.code().to_owned(), OpenItemsInput { count: item.count, total: item.total.plain() });
        Self {
            source: name.clone(),
            payments_complete_until: payments_complete_until.map(at),
            heartbeat_at: heartbeat_at.map(at),
            ledger_differs: *ledger_differs,
            ledger: ledger.iter().map(item).collect(),
        }
    }
}
