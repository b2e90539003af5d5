//! Which reminders are due to leave: claimed with a lease, because a worker may die.

use chrono::{DateTime, TimeDelta, Utc};
use relance_domain::ids::{ReminderId, TenantId};
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement, Value};
use uuid::Uuid;

use crate::{Scope, Store, StoreError, entity::reminders, time::millis};

/// Claims at most `limit` due reminders of live tenants for `lease_ms`, the longest due first, in one
/// statement: planned ones, and unknown ones whose rule says to look again.
///
/// # Errors
/// The database's.
pub async fn claim_due(store: &Store, worker: &str, limit: u64, lease_ms: i64) -> Result<Vec<(TenantId, ReminderId)>, StoreError> {
    let now = store.now();
    let due = "FROM reminders WHERE live AND send_at IS NOT NULL AND send_at <= $1 AND status IN ('planned', 'unknown') \
               AND (lease_until IS NULL OR lease_until <= $1) ORDER BY send_at LIMIT $2";
    let chosen = match store.backend() {
        // by their place: the statement costs what it claims, whatever the planner believes of the table
        DbBackend::Postgres => format!("ctid = ANY(ARRAY(SELECT ctid {due} FOR UPDATE SKIP LOCKED))"),
        _ => format!("rowid IN (SELECT rowid {due})"),
    };
    let sql = format!("UPDATE reminders SET lease_until = $3, lease_by = $4 WHERE {chosen} RETURNING tenant_id, id");
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
