//! Snapshots: everything the decision about a customer is made from, loaded for many customers in a
//! constant number of statements.

mod assemble;
mod history;
mod load;

use chrono::{DateTime, Utc};
use relance_domain::{
    dunning::Snapshot,
    ids::{CustomerId, TenantId},
};
use sea_orm::ConnectionTrait;

use super::claim::lock_rows;
use crate::{StoreError, policies, tenants};

/// The facts about `customers` at `now` (the tenant's clock), in the order of their ids; customers that
/// do not exist are left out. Read inside the transaction that will record the decision, after [`lock`].
///
/// # Errors
/// The database's, or a row that does not read.
pub async fn snapshots<C: ConnectionTrait>(
    c: &C,
    of: TenantId,
    customers: &[CustomerId],
    now: DateTime<Utc>,
) -> Result<Vec<Snapshot>, StoreError> {
    if customers.is_empty() {
        return Ok(Vec::new());
    }
    let creditor = tenants::get(c, of).await?;
    let active = policies::active(c, of).await?;
    let sources = load::sources(c, of).await?;
    let ids: Vec<_> = customers.iter().map(|id| id.0).collect();
    let facts = load::Facts::load(c, of, &ids).await?;
    let history = history::History::load(c, of, &ids, now, history::days_back(&active)).await?;
    assemble::Assembly { settings: &creditor.settings, active: &active, sources: &sources, facts, history }.snapshots()
}

/// Locks the customers until the end of the transaction, so that no fact about them arrives between the
/// snapshot and the record (PostgreSQL; on SQLite the writer is alone anyway).
///
/// # Errors
/// The database's.
pub async fn lock<C: ConnectionTrait>(c: &C, tenant: TenantId, customers: &[CustomerId]) -> Result<(), StoreError> {
    lock_rows(c, tenant, customers).await.map(|_| ())
}
