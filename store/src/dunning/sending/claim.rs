//! Which reminders are due to leave: claimed with a lease, because a worker may die.

use chrono::{DateTime, TimeDelta, Utc};
use relance_domain::ids::{CustomerId, ReminderId, TenantId};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement, Value};
use uuid::Uuid;

use crate::{Scope, Store, StoreError, entity::reminders, time::millis};

/// Claims at most `limit` due reminders of live tenants for `lease_ms`, the longest due first, in one
/// statement: planned ones, and unknown ones whose rule says to look again.
///
/// # Errors
/// The database's.
pub async fn claim_due(store: &Store, worker: &str, limit: u64, lease_ms: i64) -> Result<Vec<(TenantId, ReminderId)>, StoreError> {
    let now = store.now();
    let lock = if store.is_postgres() { " FOR UPDATE SKIP LOCKED" } else { "" };
    let sql = format!(
        "WITH due AS (SELECT tenant_id, id FROM reminders WHERE live AND send_at IS NOT NULL AND send_at <= $1 \
         AND status IN ('planned', 'unknown') AND (lease_until IS NULL OR lease_until <= $1) ORDER BY send_at LIMIT $2{lock}) \
         UPDATE reminders SET lease_until = $3, lease_by = $4 \
         WHERE (tenant_id, id) IN (SELECT tenant_id, id FROM due) RETURNING tenant_id, id"
    );
    let until = now.checked_add_signed(TimeDelta::milliseconds(lease_ms)).unwrap_or(now);
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let values: [Value; 4] = [millis(now).into(), limit.into(), millis(until).into(), worker.into()];
    let tx = store.write(Scope::System).await?;
    let rows = tx.query_all_raw(Statement::from_sql_and_values(store.backend(), sql, values)).await?;
    tx.commit().await?; // no bell: nothing new became due
    rows.iter().map(|row| Ok((TenantId(row.try_get_by(0)?), ReminderId(row.try_get_by(1)?)))).collect()
}

/// The reminders of a test tenant that are due at `at`, by id.
///
/// # Errors
/// The database's.
pub async fn due_in_test<C: ConnectionTrait>(c: &C, tenant: TenantId, at: DateTime<Utc>) -> Result<Vec<ReminderId>, StoreError> {
    let ids: Vec<Uuid> = reminders::Entity::find()
        .select_only()
        .column(reminders::Column::Id)
        .filter(reminders::Column::TenantId.eq(tenant.0))
        .filter(reminders::Column::Live.eq(false))
        .filter(reminders::Column::SendAt.lte(millis(at)))
        .filter(reminders::Column::Status.is_in(["planned", "unknown"]))
        .order_by_asc(reminders::Column::Id)
        .into_tuple()
        .all(c)
        .await?;
    Ok(ids.into_iter().map(ReminderId).collect())
}

/// The customers of those `ids` that `worker` holds (a test tenant's reminders are held by its clock) and
/// that have not left.
///
/// # Errors
/// The database's.
pub async fn held<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    worker: &str,
    ids: &[ReminderId],
) -> Result<Vec<(ReminderId, CustomerId)>, StoreError> {
    let mine = Condition::any().add(reminders::Column::LeaseBy.eq(worker)).add(reminders::Column::Live.eq(false));
    let rows: Vec<(Uuid, Uuid)> = reminders::Entity::find()
        .select_only()
        .columns([reminders::Column::Id, reminders::Column::CustomerId])
        .filter(reminders::Column::TenantId.eq(tenant.0))
        .filter(reminders::Column::Id.is_in(ids.iter().map(|id| id.0)))
        .filter(reminders::Column::Status.is_in(["planned", "unknown"]))
        .filter(mine)
        .order_by_asc(reminders::Column::Id)
        .into_tuple()
        .all(c)
        .await?;
    Ok(rows.into_iter().map(|(id, customer)| (ReminderId(id), CustomerId(customer))).collect())
}
