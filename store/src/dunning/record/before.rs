//! The rows that decisions may touch, as they are before.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use relance_domain::{
    dunning::{Action, Decision},
    ids::{CustomerId, TenantId},
    records::TenantRecord,
};
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement};
use uuid::Uuid;

use crate::{
    StoreError, Tx, any,
    dunning::snapshot::{CaseRow, CustomerRow, Facts, InvoiceRow, StepRow},
    entity::{cases, events, holds, promises, reminders, sources},
    time::millis,
};

/// Rows by id, as they are before the decisions.
pub(super) struct Before {
    pub customers: BTreeMap<Uuid, CustomerRow>,
    /// Open case by customer.
    pub cases: BTreeMap<Uuid, cases::Model>,
    pub invoices: BTreeMap<Uuid, InvoiceRow>,
    /// Reminders that have not left.
    pub reminders: BTreeMap<Uuid, reminders::Model>,
    /// Open promises.
    pub promises: BTreeMap<Uuid, promises::Model>,
    /// Holds in force.
    pub holds: BTreeMap<Uuid, holds::Model>,
    /// (invoice, step) → the reminder that plans it, if that is how it stands.
    pub steps: BTreeMap<(Uuid, String), Option<Uuid>>,
    /// Steps waived because too little had reached them: a later notice may still take them.
    pub waived_as_small: BTreeSet<(Uuid, String)>,
    /// Highest position among the steps of these invoices.
    pub position: i64,
    /// `data.stale` was said since the last heartbeat.
    pub stale_said: bool,
}

/// Ids that the actions of a batch name.
#[derive(Default)]
struct Named {
    invoices: BTreeSet<Uuid>,
    reminders: BTreeSet<Uuid>,
    promises: BTreeSet<Uuid>,
    holds: BTreeSet<Uuid>,
    stale: bool,
}

impl Before {
    /// What was read for the look, and what else the actions name. The customers are locked, and whoever
    /// changes one of these rows locks or writes its customer too; only holds on everybody are locked here.
    pub(super) async fn load(
        tx: &Tx,
        tenant: TenantId,
        facts: Facts,
        decisions: &[(Decision, String)],
        now: DateTime<Utc>,
    ) -> Result<(TenantRecord, Self), StoreError> {
        let (mut facts, named) = (facts, Named::of(decisions));
        facts.also(tx, tenant, named.invoices).await?;
        let case = |row: &CaseRow| cases::Model {
            tenant_id: tenant.0,
            id: row.id,
            customer_id: row.customer_id,
            opened_at: row.opened_at,
            closed_at: None,
            close_reason: None,
            policy_id: row.policy_id,
            policy_version: row.policy_version,
        };
        let planned_by = |row: &StepRow| if row.outcome == "planned" { row.reminder_id } else { None };
        let before = Self {
            cases: facts.cases.iter().map(|row| (row.customer_id, case(row))).collect(),
            waived_as_small: facts.steps.iter().filter(|row| too_small(row)).map(|row| (row.invoice_id, row.step_key.clone())).collect(),
            position: facts.steps.iter().map(|row| row.position).max().unwrap_or_default(),
            steps: facts
                .steps
                .into_iter()
                .map(|row| (planned_by(&row), row))
                .map(|(by, row)| ((row.invoice_id, row.step_key), by))
                .collect(),
            customers: facts.customers.into_iter().map(|row| (row.id, row)).collect(),
            invoices: facts.invoices.into_iter().map(|row| (row.id, row)).collect(),
            reminders: live_reminders(tx, tenant, &named.reminders).await?,
            promises: open_promises(tx, tenant, &named.promises).await?,
            holds: holds_in_force(tx, tenant, &named.holds).await?,
            stale_said: if named.stale { stale_said(tx, tenant, now).await? } else { true },
        };
        Ok((facts.creditor, before))
    }

    /// May this worker record for the customer?
    pub(super) fn holds_lease(&self, customer: CustomerId, lease_by: Option<&str>) -> bool {
        let Some(row) = self.customers.get(&customer.0) else { return false };
        lease_by.is_none_or(|worker| row.lease_by.as_deref() == Some(worker))
    }
}

fn too_small(row: &StepRow) -> bool {
    row.outcome == "waived" && row.reason.as_deref() == Some("below_minimum")
}

impl Named {
    fn of(decisions: &[(Decision, String)]) -> Self {
        let mut named = Self::default();
        for (decision, _) in decisions {
            named.invoices.extend(decision.invoices.iter().map(|(id, _)| id.0));
            for action in &decision.actions {
                named.add(action);
            }
        }
        named
    }

    fn add(&mut self, action: &Action) {
        match action {
            Action::PlanReminder(plan) => self.invoices.extend(plan.lines.iter().map(|line| line.invoice_id.0)),
            Action::CreateTask(task) => self.invoices.extend(task.lines.iter().map(|line| line.invoice_id.0)),
            Action::WaiveStep { invoice_id, .. } | Action::AnnounceOverdue { invoice_id } => {
                self.invoices.insert(invoice_id.0);
            }
            Action::CancelReminder { reminder_id, .. } | Action::RescheduleReminder { reminder_id, .. } => {
                self.reminders.insert(reminder_id.0);
            }
            Action::KeepPromise { promise_id } | Action::BreakPromise { promise_id } => {
                self.promises.insert(promise_id.0);
            }
            Action::ReleaseHold { hold_id } => {
                self.holds.insert(hold_id.0);
            }
            Action::SayDataStale => self.stale = true,
            Action::OpenCase | Action::CloseCase { .. } => {}
        }
    }
}

/// The rows of one table with these ids that meet a condition, by id, locked on PostgreSQL.
macro_rules! rows_with {
    ($tx:expr, $tenant:expr, $ids:expr, $table:ident, $only:literal) => {{
        let mut rows = BTreeMap::new();
        if !$ids.is_empty() {
            let backend = $tx.get_database_backend();
            let lock = if backend == DbBackend::Postgres { " FOR UPDATE" } else { "" };
            let (table, one) = (stringify!($table), any::of_ids(backend, 2));
            let sql = format!("SELECT * FROM {table} WHERE tenant_id = $1 AND id {one} AND {}{lock}", $only);
            let values = [$tenant.0.into(), any::ids(backend, $ids.iter().copied())];
            let query = $table::Entity::find().from_raw_sql(Statement::from_sql_and_values(backend, sql, values));
            rows.extend(query.all($tx).await?.into_iter().map(|row| (row.id, row)));
        }
        rows
    }};
}

async fn live_reminders(tx: &Tx, tenant: TenantId, ids: &BTreeSet<Uuid>) -> Result<BTreeMap<Uuid, reminders::Model>, StoreError> {
    Ok(rows_with!(tx, tenant, ids, reminders, "status IN ('planned', 'awaiting_approval')"))
}

async fn open_promises(tx: &Tx, tenant: TenantId, ids: &BTreeSet<Uuid>) -> Result<BTreeMap<Uuid, promises::Model>, StoreError> {
    Ok(rows_with!(tx, tenant, ids, promises, "status = 'open'"))
}

async fn holds_in_force(tx: &Tx, tenant: TenantId, ids: &BTreeSet<Uuid>) -> Result<BTreeMap<Uuid, holds::Model>, StoreError> {
    Ok(rows_with!(tx, tenant, ids, holds, "released_at IS NULL"))
}

/// Was `data.stale` said since the last heartbeat?
async fn stale_said(tx: &Tx, tenant: TenantId, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let rows = sources::Entity::find().filter(sources::Column::TenantId.eq(tenant.0)).all(tx).await?;
    let heard = rows.iter().filter_map(|row| row.heartbeat_at).max().unwrap_or(i64::MIN);
    let said: Option<i64> = events::Entity::find()
        .select_only()
        .column(events::Column::At)
        .filter(events::Column::TenantId.eq(tenant.0))
        .filter(events::Column::Type.eq("data.stale"))
        .filter(events::Column::At.lte(millis(now)))
        .order_by_desc(events::Column::Position)
        .into_tuple()
        .one(tx)
        .await?;
    Ok(said.is_some_and(|at| at >= heard))
}
