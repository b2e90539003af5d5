//! Which customers are due for a look: claimed with a lease, because a worker may die.

use std::time::Duration;

use chrono::{DateTime, Utc};
use relance_domain::ids::{CustomerId, TenantId};
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement, Value};
use uuid::Uuid;

use crate::{
    Scope, Store, StoreError,
    entity::{customers, reminders},
    time::{instant, millis},
};

/// Claims at most `limit` due customers of live tenants for `lease`, the longest due first, in one
/// statement. What another worker holds is left alone.
///
/// # Errors
/// The database's.
pub async fn claim_due(store: &Store, worker: &str, limit: u64, lease: Duration) -> Result<Vec<(TenantId, CustomerId)>, StoreError> {
    let now = store.now();
    let lock = if store.is_postgres() { " FOR UPDATE SKIP LOCKED" } else { "" };
    let sql = format!(
        "WITH due AS (SELECT tenant_id, id FROM customers WHERE live AND next_check_at IS NOT NULL AND next_check_at <= $1 \
         AND (lease_until IS NULL OR lease_until <= $1) ORDER BY next_check_at LIMIT $2{lock}) \
         UPDATE customers SET lease_until = $3, lease_by = $4 \
         WHERE (tenant_id, id) IN (SELECT tenant_id, id FROM due) RETURNING tenant_id, id"
    );
    let until = millis(now).saturating_add(i64::try_from(lease.as_millis()).unwrap_or(i64::MAX));
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let values: [Value; 4] = [millis(now).into(), limit.into(), until.into(), worker.into()];
    let tx = store.write(Scope::System).await?;
    let rows = tx.query_all_raw(Statement::from_sql_and_values(store.backend(), sql, values)).await?;
    // no bell: nothing new became due
    tx.commit().await?;
    rows.iter().map(|row| Ok((TenantId(row.try_get_by(0)?), CustomerId(row.try_get_by(1)?)))).collect()
}

/// The customers of a test tenant that are due at `at`, by id.
///
/// # Errors
/// The database's.
pub async fn due_in_test<C: ConnectionTrait>(c: &C, tenant: TenantId, at: DateTime<Utc>) -> Result<Vec<CustomerId>, StoreError> {
    let ids: Vec<Uuid> = customers::Entity::find()
        .select_only()
        .column(customers::Column::Id)
        .filter(customers::Column::TenantId.eq(tenant.0))
        .filter(customers::Column::Live.eq(false))
        .filter(customers::Column::NextCheckAt.lte(millis(at)))
        .order_by_asc(customers::Column::Id)
        .into_tuple()
        .all(c)
        .await?;
    Ok(ids.into_iter().map(CustomerId).collect())
}

/// The instant at which something of a test tenant is due next: a look at a customer or a send.
///
/// # Errors
/// The database's.
pub async fn next_test_instant<C: ConnectionTrait>(c: &C, tenant: TenantId) -> Result<Option<DateTime<Utc>>, StoreError> {
    let look: Option<Option<i64>> = customers::Entity::find()
        .select_only()
        .column_as(customers::Column::NextCheckAt.min(), "at")
        .filter(customers::Column::TenantId.eq(tenant.0))
        .filter(customers::Column::Live.eq(false))
        .filter(customers::Column::NextCheckAt.is_not_null())
        .into_tuple()
        .one(c)
        .await?;
    let send: Option<Option<i64>> = reminders::Entity::find()
        .select_only()
        .column_as(reminders::Column::SendAt.min(), "at")
        .filter(reminders::Column::TenantId.eq(tenant.0))
        .filter(reminders::Column::Live.eq(false))
        .filter(reminders::Column::SendAt.is_not_null())
        .into_tuple()
        .one(c)
        .await?;
    Ok([look.flatten(), send.flatten()].into_iter().flatten().min().map(instant))
}

/// Locks the rows of these customers until the end of the transaction (PostgreSQL; SQLite has one writer).
pub(super) async fn lock_rows<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    list: &[CustomerId],
) -> Result<Vec<customers::Model>, StoreError> {
    let mut rows = Vec::with_capacity(list.len());
    for chunk in list.chunks(10_000) {
        let query = customers::Entity::find()
            .filter(customers::Column::TenantId.eq(tenant.0))
            .filter(customers::Column::Id.is_in(chunk.iter().map(|id| id.0)))
            // one order for everybody, so that two workers never wait for each other
            .order_by_asc(customers::Column::Id);
        let query = if c.get_database_backend() == DbBackend::Postgres { query.lock_exclusive() } else { query };
        rows.extend(query.all(c).await?);
    }
    Ok(rows)
}
