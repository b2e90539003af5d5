//! The rows that decisions may touch, as they are before.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use relance_domain::{
    dunning::{Action, Decision},
    ids::{CustomerId, TenantId},
    records::TenantRecord,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait},
};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    StoreError, Tx,
    dunning::claim::lock_rows,
    entity::{cases, customers, events, holds, invoice_steps, invoices, promises, reminders, sources},
    time::millis,
};

/// Ids in one statement.
const CHUNK: usize = 10_000;

/// Rows by id, as they are before the decisions.
pub(super) struct Before {
    pub customers: BTreeMap<Uuid, customers::Model>,
    /// Open case by customer.
    pub cases: BTreeMap<Uuid, cases::Model>,
    pub invoices: BTreeMap<Uuid, invoices::Model>,
    /// Reminders that have not left.
    pub reminders: BTreeMap<Uuid, reminders::Model>,
    /// Open promises.
    pub promises: BTreeMap<Uuid, promises::Model>,
    /// Holds in force.
    pub holds: BTreeMap<Uuid, holds::Model>,
    /// (invoice, step) → the reminder that plans it, if that is how it stands.
    pub steps: BTreeMap<(Uuid, String), Option<Uuid>>,
    /// Highest position among the steps of these customers.
    pub position: i64,
    /// `data.stale` was said since the last heartbeat.
    pub stale_said: bool,
}

/// Ids that the actions of a batch name.
#[derive(Default)]
struct Named {
    customers: Vec<Uuid>,
    invoices: BTreeSet<Uuid>,
    reminders: BTreeSet<Uuid>,
    promises: BTreeSet<Uuid>,
    holds: BTreeSet<Uuid>,
    stale: bool,
}

impl Before {
    /// Locks the customers and loads what the actions name.
    pub(super) async fn load(
        tx: &Tx,
        tenant: &TenantRecord,
        decisions: &[(Decision, Value)],
        now: DateTime<Utc>,
    ) -> Result<Self, StoreError> {
        let named = Named::of(decisions);
        let id = tenant.id;
        let ids: Vec<CustomerId> = named.customers.iter().copied().map(CustomerId).collect();
        let customers = lock_rows(tx, id, &ids).await?.into_iter().map(|row| (row.id, row)).collect();
        let steps = steps(tx, id, &named).await?;
        Ok(Self {
            customers,
            cases: open_cases(tx, id, &named.customers).await?,
            invoices: touched_invoices(tx, id, &named).await?,
            reminders: live_reminders(tx, id, &named.reminders).await?,
            promises: open_promises(tx, id, &named.promises).await?,
            holds: holds_in_force(tx, id, &named.holds).await?,
            steps,
            position: last_position(tx, id, &named.customers).await?,
            stale_said: if named.stale { stale_said(tx, id, now).await? } else { true },
        })
    }

    /// May this worker record for the customer?
    pub(super) fn holds_lease(&self, customer: CustomerId, lease_by: Option<&str>) -> bool {
        let Some(row) = self.customers.get(&customer.0) else { return false };
        lease_by.is_none_or(|worker| row.lease_by.as_deref() == Some(worker))
    }
}

impl Named {
    fn of(decisions: &[(Decision, Value)]) -> Self {
        let mut named = Self::default();
        for (decision, _) in decisions {
            named.customers.push(decision.customer_id.0);
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

/// Rows of one table with these ids that meet a condition, locked on PostgreSQL.
macro_rules! rows_with {
    ($tx:expr, $tenant:expr, $ids:expr, $table:ident, $key:ident, $only:expr) => {{
        let mut rows = Vec::new();
        let ids: Vec<Uuid> = $ids.iter().copied().collect();
        for chunk in ids.chunks(CHUNK) {
            let query = $table::Entity::find()
                .filter($table::Column::TenantId.eq($tenant.0))
                .filter($table::Column::$key.is_in(chunk.iter().copied()))
                .filter($only);
            let query = if $tx.get_database_backend() == DbBackend::Postgres { query.lock_exclusive() } else { query };
            rows.extend(query.all($tx).await?);
        }
        rows
    }};
}

async fn open_cases(tx: &Tx, tenant: TenantId, customers: &[Uuid]) -> Result<BTreeMap<Uuid, cases::Model>, StoreError> {
    let rows = rows_with!(tx, tenant, customers, cases, CustomerId, cases::Column::ClosedAt.is_null());
    Ok(rows.into_iter().map(|row| (row.customer_id, row)).collect())
}

/// Invoices that are named, and those that were settled since they were last looked at.
async fn touched_invoices(tx: &Tx, tenant: TenantId, named: &Named) -> Result<BTreeMap<Uuid, invoices::Model>, StoreError> {
    let mut rows = rows_with!(tx, tenant, named.invoices, invoices, Id, Expr::value(true));
    let settled = invoices::Column::AmountDue.lte(0).and(invoices::Column::Dunning.not_like("{\"state\":\"stopped\"%"));
    rows.extend(rows_with!(tx, tenant, named.customers, invoices, CustomerId, settled.clone()));
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

async fn live_reminders(tx: &Tx, tenant: TenantId, ids: &BTreeSet<Uuid>) -> Result<BTreeMap<Uuid, reminders::Model>, StoreError> {
    let live = reminders::Column::Status.is_in(["planned", "awaiting_approval"]);
    Ok(rows_with!(tx, tenant, ids, reminders, Id, live.clone()).into_iter().map(|row| (row.id, row)).collect())
}

async fn open_promises(tx: &Tx, tenant: TenantId, ids: &BTreeSet<Uuid>) -> Result<BTreeMap<Uuid, promises::Model>, StoreError> {
    let rows = rows_with!(tx, tenant, ids, promises, Id, promises::Column::Status.eq("open"));
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

async fn holds_in_force(tx: &Tx, tenant: TenantId, ids: &BTreeSet<Uuid>) -> Result<BTreeMap<Uuid, holds::Model>, StoreError> {
    let rows = rows_with!(tx, tenant, ids, holds, Id, holds::Column::ReleasedAt.is_null());
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

async fn steps(tx: &Tx, tenant: TenantId, named: &Named) -> Result<BTreeMap<(Uuid, String), Option<Uuid>>, StoreError> {
    let rows: Vec<invoice_steps::Model> = rows_with!(tx, tenant, named.invoices, invoice_steps, InvoiceId, Expr::value(true));
    let planned_by = |row: &invoice_steps::Model| if row.outcome == "planned" { row.reminder_id } else { None };
    Ok(rows.into_iter().map(|row| ((row.invoice_id, row.step_key.clone()), planned_by(&row))).collect())
}

async fn last_position(tx: &Tx, tenant: TenantId, customers: &[Uuid]) -> Result<i64, StoreError> {
    let mut last = 0;
    for chunk in customers.chunks(CHUNK) {
        let position: Option<Option<i64>> = invoice_steps::Entity::find()
            .select_only()
            .column_as(invoice_steps::Column::Position.max(), "position")
            .filter(invoice_steps::Column::TenantId.eq(tenant.0))
            .filter(invoice_steps::Column::CustomerId.is_in(chunk.iter().copied()))
            .into_tuple()
            .one(tx)
            .await?;
        last = Ord::max(last, position.flatten().unwrap_or_default());
    }
    Ok(last)
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
