//! Snapshots: everything the decision about a customer is made from, read for many customers in one statement.

mod assemble;
mod claims;
mod history;
mod load;
mod past;
mod query;
mod rows;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
pub(super) use load::Facts;
pub use past::{courses_since, customers_after};
use relance_domain::{
    dunning::Snapshot,
    ids::{CustomerId, TenantId},
};
pub(super) use rows::{CaseRow, CustomerRow, InvoiceRow, StepRow};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use uuid::Uuid;

use super::zones::day_in;
use crate::{StoreError, Tx, any, behaviour, policies};

/// Customers that are being looked at, locked, with all that is known of them.
pub struct Look {
    /// In the order of their ids; customers that do not exist are left out.
    pub snapshots: Vec<Snapshot>,
    /// The tenant's clock.
    pub now: DateTime<Utc>,
    pub(super) tenant: TenantId,
    pub(super) facts: Facts,
}

/// Locks the customers and reads everything about them, at the tenant's now. [`super::record_look`] takes it.
///
/// # Errors
/// The database's, or a row that does not read.
pub async fn look(tx: &Tx, tenant: TenantId, customers: &[CustomerId], real_now: DateTime<Utc>) -> Result<Look, StoreError> {
    lock(tx, tenant, customers).await?;
    read(tx, tenant, customers, real_now).await
}

/// The facts about `customers` at `now` (the tenant's clock), in the order of their ids; customers that
/// do not exist are left out. To act on them, read them after [`lock`] in the transaction that acts.
///
/// # Errors
/// The database's, or a row that does not read.
pub async fn snapshots<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    customers: &[CustomerId],
    now: DateTime<Utc>,
) -> Result<Vec<Snapshot>, StoreError> {
    if customers.is_empty() {
        return Ok(Vec::new());
    }
    Ok(read(c, tenant, customers, now).await?.snapshots)
}

async fn read<C: ConnectionTrait>(c: &C, tenant: TenantId, customers: &[CustomerId], real_now: DateTime<Utc>) -> Result<Look, StoreError> {
    let ids: Vec<_> = customers.iter().map(|id| id.0).collect();
    let mut facts = Facts::load(c, tenant, &ids, real_now, load::DAYS).await?;
    let active = policies::read(c, tenant, std::mem::take(&mut facts.policies)).await?;
    let days = history::days_back(&active);
    if days > load::DAYS {
        facts = Facts::load(c, tenant, &ids, real_now, days).await?;
    }
    let mut live = assemble::Live::new();
    for row in &facts.reminders {
        live.entry(row.customer_id).or_default().push(row.live()?);
    }
    let named: BTreeSet<_> = live.values().flatten().flat_map(|reminder| &reminder.lines).map(|line| line.invoice_id.0).collect();
    facts.also(c, tenant, named).await?;
    let now = facts.now(real_now);
    let mut snapshots = assemble::snapshots(&mut facts, &active, live, now)?;
    if active.iter().flat_map(|active| &active.policy.steps).any(|step| step.payer.is_some()) {
        remember(c, tenant, &ids, &mut snapshots, now).await?;
    }
    Ok(Look { snapshots, now, tenant, facts })
}

/// The facts as [`snapshots`] reads them, with how the customers paid, whether or not a policy in force asks for it: a
/// policy that is simulated may.
///
/// # Errors
/// The database's, or a row that does not read.
pub async fn snapshots_with_history<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    customers: &[CustomerId],
    now: DateTime<Utc>,
) -> Result<Vec<Snapshot>, StoreError> {
    let mut list = snapshots(c, tenant, customers, now).await?;
    let ids: Vec<_> = customers.iter().map(|id| id.0).collect();
    remember(c, tenant, &ids, &mut list, now).await?;
    Ok(list)
}

/// Adds how the customers paid.
async fn remember<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    ids: &[Uuid],
    snapshots: &mut [Snapshot],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let Some(first) = snapshots.first() else { return Ok(()) };
    let today = day_in(now, [Some(first.settings.time_zone.as_str()), None]);
    let mut histories = behaviour::histories(c, tenant, ids, today).await?;
    for snapshot in snapshots {
        snapshot.history = histories.remove(&snapshot.customer_id.0).unwrap_or_default();
    }
    Ok(())
}

/// Locks the customers until the end of the transaction, so that no fact about them arrives between the
/// snapshot and the record (PostgreSQL; on SQLite the writer is alone anyway). What is read after it, in
/// a statement of its own, is what was committed when the lock was had.
///
/// # Errors
/// The database's.
pub async fn lock<C: ConnectionTrait>(c: &C, tenant: TenantId, customers: &[CustomerId]) -> Result<(), StoreError> {
    let backend = c.get_database_backend();
    if backend == DbBackend::Postgres && !customers.is_empty() {
        // one order for everybody, so that two workers never wait for each other
        let sql = "SELECT count(*) FROM (SELECT id FROM customers WHERE tenant_id = $1 AND id = ANY($2) ORDER BY id FOR UPDATE) AS locked";
        let values = [tenant.0.into(), any::ids(backend, customers.iter().map(|id| id.0))];
        c.query_one_raw(Statement::from_sql_and_values(backend, sql, values)).await?;
    }
    Ok(())
}
