//! What a look knows: the rows of a batch of customers, read in one statement.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use relance_domain::{ids::TenantId, records::TenantRecord};
use sea_orm::{ConnectionTrait, QueryResult, Statement};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::{
    claims::{ChargeRow, InterruptionRow},
    history::{SentRow, TriedRow},
    query,
    rows::{
        CaseRow, ContactRow, CreditNoteRow, CustomerRow, HoldRow, InvoiceRow, PaymentRow, PromiseRow, ReminderRow, SourceRow, StepRow,
        TaskRow, TenantRow,
    },
};
use crate::{
    StoreError, any,
    dunning::rows::json,
    policies::Named,
    time::{instant, millis},
};

/// Customers in one statement.
const CHUNK: usize = 1_000;
/// Days of messages and contacts that are read at once: further than any usual policy looks back.
pub(super) const DAYS: i64 = 400;

/// Rows of a batch of customers of one tenant.
pub(in crate::dunning) struct Facts {
    pub creditor: TenantRecord,
    pub(super) policies: Vec<Named>,
    pub(super) sources: Vec<SourceRow>,
    pub customers: Vec<CustomerRow>,
    pub(super) contacts: Vec<ContactRow>,
    pub invoices: Vec<InvoiceRow>,
    pub steps: Vec<StepRow>,
    pub(super) payments: Vec<PaymentRow>,
    pub(super) credit_notes: Vec<CreditNoteRow>,
    pub(super) holds: Vec<HoldRow>,
    pub(super) promises: Vec<PromiseRow>,
    pub(super) reminders: Vec<ReminderRow>,
    pub(super) tasks: Vec<TaskRow>,
    pub(super) sent: Vec<SentRow>,
    pub(super) tried: Vec<TriedRow>,
    pub cases: Vec<CaseRow>,
    pub(super) charges: Vec<ChargeRow>,
    pub(super) interruptions: Vec<InterruptionRow>,
}

impl Facts {
    /// Reads everything about `ids`, and messages and contacts of the last `days`. Without a customer it
    /// still reads the tenant.
    pub(in crate::dunning) async fn load<C: ConnectionTrait>(
        c: &C,
        tenant: TenantId,
        ids: &[Uuid],
        real_now: DateTime<Utc>,
        days: i64,
    ) -> Result<Self, StoreError> {
        let mut chunks = ids.chunks(CHUNK);
        let mut all = Self::chunk(c, tenant, chunks.next().unwrap_or_default(), real_now, days).await?;
        for chunk in chunks {
            let more = Self::chunk(c, tenant, chunk, real_now, days).await?;
            all.add(more);
        }
        all.customers.sort_by_key(|row| row.id);
        all.steps.sort_by(|a, b| (&a.done_on, a.at, a.position).cmp(&(&b.done_on, b.at, b.position)));
        all.sent.sort_by_key(|row| row.sent_at);
        all.tried.sort_by_key(|row| (row.at, row.id));
        all.charges.sort_by_key(|row| (row.created_at, row.id));
        Ok(all)
    }

    async fn chunk<C: ConnectionTrait>(
        c: &C,
        tenant: TenantId,
        ids: &[Uuid],
        real_now: DateTime<Utc>,
        days: i64,
    ) -> Result<Self, StoreError> {
        let backend = c.get_database_backend();
        let back = TimeDelta::days(days).num_milliseconds();
        let values = [tenant.0.into(), any::ids(backend, ids.iter().copied()), millis(real_now).into(), back.into()];
        let row = c.query_one_raw(Statement::from_sql_and_values(backend, query::everything(backend), values)).await?;
        let row = row.ok_or(StoreError::NotFound)?;
        let creditor: Option<TenantRow> = list(&row, 0, "tenants")?.pop();
        let mut holds: Vec<HoldRow> = list(&row, 9, "holds")?;
        holds.extend(list::<HoldRow>(&row, 10, "holds")?);
        Ok(Self {
            creditor: record(tenant, creditor.ok_or(StoreError::NotFound)?)?,
            policies: list(&row, 1, "policies")?,
            sources: list(&row, 2, "sources")?,
            customers: list(&row, 3, "customers")?,
            contacts: list(&row, 4, "contacts")?,
            invoices: list(&row, 5, "invoices")?,
            steps: list(&row, 6, "invoice_steps")?,
            payments: list(&row, 7, "payments")?,
            credit_notes: list(&row, 8, "credit_notes")?,
            holds,
            promises: list(&row, 11, "promises")?,
            reminders: list(&row, 12, "reminders")?,
            tasks: list(&row, 13, "tasks")?,
            sent: list(&row, 14, "reminders")?,
            tried: list(&row, 15, "interactions")?,
            cases: list(&row, 16, "cases")?,
            charges: list(&row, 17, "late_charges")?,
            interruptions: list(&row, 18, "interruptions")?,
        })
    }

    /// Adds another chunk of customers of the same tenant.
    fn add(&mut self, more: Self) {
        let new = |row: &Named| !self.policies.iter().any(|known| (known.0, known.1) == (row.0, row.1));
        let more_policies: Vec<Named> = more.policies.into_iter().filter(new).collect();
        self.policies.extend(more_policies);
        self.customers.extend(more.customers);
        self.contacts.extend(more.contacts);
        self.invoices.extend(more.invoices);
        self.steps.extend(more.steps);
        self.payments.extend(more.payments);
        self.credit_notes.extend(more.credit_notes);
        // those of the tenant came with the first chunk
        self.holds.extend(more.holds.into_iter().filter(|row| row.customer_id.is_some()));
        self.promises.extend(more.promises);
        self.reminders.extend(more.reminders);
        self.tasks.extend(more.tasks);
        self.sent.extend(more.sent);
        self.tried.extend(more.tried);
        self.cases.extend(more.cases);
        self.charges.extend(more.charges);
        self.interruptions.extend(more.interruptions);
    }

    /// The tenant's time: the system's for a live one, its own clock for a test one.
    pub(super) fn now(&self, real_now: DateTime<Utc>) -> DateTime<Utc> {
        self.creditor.clock_at.filter(|_| !self.creditor.live).unwrap_or(real_now)
    }

    /// Adds the invoices of `wanted` that are not here, settled ones mostly, with their steps.
    pub(in crate::dunning) async fn also<C: ConnectionTrait>(
        &mut self,
        c: &C,
        tenant: TenantId,
        mut wanted: BTreeSet<Uuid>,
    ) -> Result<(), StoreError> {
        for row in &self.invoices {
            wanted.remove(&row.id);
        }
        if wanted.is_empty() {
            return Ok(());
        }
        let backend = c.get_database_backend();
        let values = [tenant.0.into(), any::ids(backend, wanted)];
        let row = c.query_one_raw(Statement::from_sql_and_values(backend, query::invoices(backend), values)).await?;
        let row = row.ok_or(StoreError::NotFound)?;
        self.invoices.extend(list::<InvoiceRow>(&row, 0, "invoices")?);
        self.steps.extend(list::<StepRow>(&row, 1, "invoice_steps")?);
        self.steps.sort_by(|a, b| (&a.done_on, a.at, a.position).cmp(&(&b.done_on, b.at, b.position)));
        Ok(())
    }
}

/// Reads a list; one without rows is null on PostgreSQL.
fn list<T: DeserializeOwned>(row: &QueryResult, at: usize, table: &'static str) -> Result<Vec<T>, StoreError> {
    let text: Option<String> = row.try_get_by(at)?;
    text.map_or_else(|| Ok(Vec::new()), |text| json(table, &text))
}

fn record(id: TenantId, row: TenantRow) -> Result<TenantRecord, StoreError> {
    Ok(TenantRecord {
        id,
        name: row.name,
        live: row.live,
        clock_at: row.clock_at.map(instant),
        settings: json("tenants", &row.settings)?,
        settings_version: row.settings_version,
        created_at: instant(row.created_at),
    })
}
