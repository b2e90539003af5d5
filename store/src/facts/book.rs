//! The open book of a batch: everything it touches, in memory.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use chrono::{DateTime, NaiveDate, Utc};
use relance_domain::{event::EventType, ids::TenantId, invoice::InvoiceDetails, settings::Settings};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{
    FactOutcome,
    parking::Parking,
    people::People,
    rows::{Ids, Rows},
};
use crate::{
    entity::{allocations, credit_notes, customers, disputes, holds, ingest_events, invoices, payments, promises},
    policies::ActivePolicy,
};

/// Kinds of things a fact can be about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Customer,
    Invoice,
    CreditNote,
    Payment,
    Dispute,
    Promise,
    Hold,
}

/// What became of a fact, inside.
#[derive(Debug, Clone)]
pub(super) struct Taken {
    pub outcome: FactOutcome,
    pub about: Option<(Kind, Uuid)>,
}

impl Taken {
    pub fn new(outcome: FactOutcome, kind: Kind, id: Uuid) -> Self {
        Self { outcome, about: Some((kind, id)) }
    }

    pub fn bare(outcome: FactOutcome) -> Self {
        Self { outcome, about: None }
    }

    pub fn rejected(code: &'static str, pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::bare(FactOutcome::Rejected { code, pointer: pointer.into(), detail: detail.into() })
    }
}

/// Something to be told once the ledger is settled, so that it carries the thing as it is then.
pub(super) struct Telling {
    pub kind: EventType,
    pub subject: Uuid,
    pub changes: Map<String, Value>,
    /// It is the first thing ever told about the subject.
    pub first: bool,
    /// The request whose fact it comes of.
    pub request_id: Option<Arc<str>>,
}

/// Everything the batch touches.
pub(super) struct Book {
    pub tenant: TenantId,
    pub live: bool,
    pub settings: Settings,
    /// The tenant's clock.
    pub now: DateTime<Utc>,
    /// The system's clock.
    pub real_now: DateTime<Utc>,
    /// The civil day in the tenant's zone.
    pub today: NaiveDate,
    /// Known customers of the batch by name; read in full only where a fact is about the customer itself.
    pub debtors: Ids,
    pub customers: Rows<customers::Model>,
    pub people: People,
    pub invoices: Rows<invoices::Model>,
    /// What new invoices say, as it was read.
    pub invoice_details: BTreeMap<Uuid, InvoiceDetails>,
    pub credit_notes: Rows<credit_notes::Model>,
    pub payments: Rows<payments::Model>,
    pub disputes: Rows<disputes::Model>,
    pub promises: Rows<promises::Model>,
    /// Insolvency holds in force.
    pub holds: Rows<holds::Model>,
    /// Known customers with unapplied money, or with allocations that are still open to change.
    pub customers_with_money: BTreeSet<Uuid>,
    /// By customer, as loaded; [`super::settle`] replaces them.
    pub allocations: BTreeMap<Uuid, Vec<allocations::Model>>,
    /// Allocations written and withdrawn by the settling.
    pub allocated: Vec<allocations::Model>,
    pub withdrawn: Vec<Uuid>,
    /// Policies in force, when the batch needs them.
    pub policies: Vec<ActivePolicy>,
    /// Policies of any state: what a customer's `policy_id` may name.
    pub policy_ids: BTreeSet<Uuid>,
    pub parking: Parking,
    /// (source, event id) → digest of its data.
    pub events_known: HashMap<(String, String), String>,
    /// What became of the events of this batch, by source and event id.
    pub events_new: BTreeMap<(String, String), ingest_events::Model>,
    /// Sources of the batch that nothing was heard of yet.
    pub sources: Vec<String>,
    /// Customers to look at.
    pub touched: BTreeSet<Uuid>,
    /// Customers whose debt changed.
    pub debts: BTreeSet<Uuid>,
    /// Those of them whose ledger is settled anew.
    pub unsettled: BTreeSet<Uuid>,
    /// The request whose fact is being taken or settled.
    pub request_id: Option<Arc<str>>,
    /// The request that last moved a customer's debt.
    pub movers: BTreeMap<Uuid, Arc<str>>,
    pub tellings: Vec<Telling>,
}

impl Book {
    /// Something is to be told about `subject`.
    pub fn tell(&mut self, kind: EventType, subject: Uuid, changes: Map<String, Value>) {
        let request_id = self.request_id.clone();
        self.tellings.push(Telling { kind, subject, changes, first: false, request_id });
    }

    /// The subject begins with this.
    pub fn tell_first(&mut self, kind: EventType, subject: Uuid) {
        let request_id = self.request_id.clone();
        self.tellings.push(Telling { kind, subject, changes: Map::new(), first: true, request_id });
    }

    /// The customer that a source calls so.
    pub fn customer_id(&self, source: &str, external_id: &str) -> Option<Uuid> {
        self.debtors.get(source, external_id).or_else(|| self.customers.id_of(source, external_id))
    }

    /// Has that already been said of it in this batch?
    pub fn told(&self, kind: EventType, subject: Uuid) -> bool {
        self.tellings.iter().rev().any(|telling| telling.kind == kind && telling.subject == subject)
    }

    fn moved(&mut self, customer: Uuid) {
        if let Some(request) = &self.request_id {
            self.movers.insert(customer, Arc::clone(request));
        }
    }

    /// The debt of a customer changed.
    pub fn debt_changed(&mut self, customer: Uuid) {
        self.touched.insert(customer);
        self.debts.insert(customer);
        self.moved(customer);
        self.unsettled.insert(customer);
    }

    /// A new invoice of a customer: nothing else moves, unless there is money that waits for it.
    pub fn debt_grew(&mut self, customer: Uuid) {
        self.touched.insert(customer);
        self.debts.insert(customer);
        self.moved(customer);
        if self.customers_with_money.contains(&customer) {
            self.unsettled.insert(customer);
        }
    }
}
