//! What a batch of decisions is going to write.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use relance_domain::{
    customer::CustomerDetails,
    event::EventType,
    ids::{CustomerId, DecisionId},
    records::{EventObject, TenantRecord},
};
use uuid::Uuid;

use super::before::Before;
use crate::{
    StoreError,
    dunning::{
        rows::json,
        zones::{day_in, tenant_day},
    },
    entity::{cases, decision_invoices, decisions, invoice_steps, reminders, tasks},
    outbox::NewEvent,
};

/// Rows to write and events to tell, collected decision by decision.
pub(super) struct Work {
    pub tenant: TenantRecord,
    pub before: Before,
    pub now: DateTime<Utc>,
    /// The tenant's day.
    pub today: NaiveDate,
    pub decisions: Vec<decisions::Model>,
    pub decision_invoices: Vec<decision_invoices::Model>,
    pub reminders: Vec<reminders::Model>,
    pub steps: Vec<invoice_steps::Model>,
    /// Steps that take the place of a waiver.
    pub retaken: Vec<invoice_steps::Model>,
    pub tasks: Vec<tasks::Model>,
    pub cases: Vec<cases::Model>,
    /// Reminder → why.
    pub cancelled: BTreeMap<Uuid, String>,
    /// Reminder → when it leaves now.
    pub rescheduled: BTreeMap<Uuid, i64>,
    /// Case → why it was closed.
    pub closed: BTreeMap<Uuid, String>,
    /// Customers whose claimed charges the policy waives.
    pub lapsed: Vec<CustomerId>,
    /// Case → the version that it runs under from now on.
    pub taken_over: BTreeMap<Uuid, (Uuid, i32)>,
    /// Promise → `kept` or `broken`.
    pub settled: BTreeMap<Uuid, &'static str>,
    pub released: Vec<Uuid>,
    /// Invoices that read differently now.
    pub changed_invoices: Vec<Uuid>,
    /// Customer, next look, digest when the decision was kept.
    pub looks: Vec<(Uuid, Option<i64>, Option<String>)>,
    pub events: Vec<NewEvent>,
}

impl Work {
    pub(super) fn new(tenant: TenantRecord, before: Before, now: DateTime<Utc>) -> Self {
        let today = tenant_day(&tenant, now);
        Self {
            tenant,
            before,
            now,
            today,
            decisions: Vec::new(),
            decision_invoices: Vec::new(),
            reminders: Vec::new(),
            steps: Vec::new(),
            retaken: Vec::new(),
            tasks: Vec::new(),
            cases: Vec::new(),
            cancelled: BTreeMap::new(),
            rescheduled: BTreeMap::new(),
            closed: BTreeMap::new(),
            lapsed: Vec::new(),
            taken_over: BTreeMap::new(),
            settled: BTreeMap::new(),
            released: Vec::new(),
            changed_invoices: Vec::new(),
            looks: Vec::new(),
            events: Vec::new(),
        }
    }

    /// Tells the outside.
    pub(super) fn tell(&mut self, kind: EventType, subject: Uuid, object: EventObject) {
        self.events.push(NewEvent::new(kind, subject, object));
    }

    /// Is the step still free for the invoice? A plan that is withdrawn in this batch frees its steps.
    pub(super) fn is_free(&self, invoice: Uuid, step_key: &str) -> bool {
        match self.before.steps.get(&(invoice, step_key.to_owned())) {
            None => true,
            Some(planned_by) => planned_by.is_some_and(|reminder| self.cancelled.contains_key(&reminder)),
        }
    }

    /// May a message carry the invoice at the step? Also where it was waived because too little had reached it.
    pub(super) fn may_carry(&self, invoice: Uuid, step_key: &str) -> bool {
        self.is_free(invoice, step_key) || self.before.waived_as_small.contains(&(invoice, step_key.to_owned()))
    }

    /// Takes the step for the invoice, so that nothing else in the batch does.
    pub(super) fn take(&mut self, mut row: invoice_steps::Model) {
        self.before.position = self.before.position.saturating_add(1);
        row.position = self.before.position;
        let key = (row.invoice_id, row.step_key.clone());
        let waived = self.before.waived_as_small.remove(&key);
        self.before.steps.insert(key, None);
        if waived { self.retaken.push(row) } else { self.steps.push(row) }
    }

    /// The customer's day.
    pub(super) fn customer_day(&self, customer: Uuid) -> Result<NaiveDate, StoreError> {
        let details: Option<CustomerDetails> =
            self.before.customers.get(&customer).map(|row| json("customers", &row.details)).transpose()?;
        let zone = details.as_ref().and_then(|details| details.time_zone.as_deref());
        Ok(day_in(self.now, [zone, Some(self.tenant.settings.time_zone.as_str())]))
    }

    /// A new id for a decision.
    pub(super) fn decision_id() -> DecisionId {
        DecisionId(Uuid::now_v7())
    }
}
