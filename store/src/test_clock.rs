//! The clock of a test tenant: it stands still, and is advanced through everything that falls due.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use relance_domain::ids::TenantId;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QuerySelect, Statement, Value,
    sea_query::{Expr, ExprTrait},
};

use crate::{
    Scope, Store, StoreError, Tx, dunning,
    entity::tenants,
    time::{instant, millis},
};

/// Furthest advance.
const MOST_DAYS: i64 = 400;

/// Where a test tenant's clock stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    /// Now.
    pub now: DateTime<Utc>,
    /// Where an advance is going to.
    pub target: Option<DateTime<Utc>>,
    /// Something may be due at `now`.
    pub work_due: bool,
}

impl Clock {
    /// Is everything done that is due?
    pub fn is_ready(&self) -> bool {
        self.target.is_none() && !self.work_due
    }
}

/// The clock.
///
/// # Errors
/// [`StoreError::WrongState`] for a live tenant, which has none.
pub async fn get<C: ConnectionTrait>(c: &C, tenant: TenantId) -> Result<Clock, StoreError> {
    let row = tenants::Entity::find_by_id(tenant.0).one(c).await?.ok_or(StoreError::NotFound)?;
    let now =
        row.clock_at.filter(|_| !row.live).ok_or_else(|| StoreError::WrongState("A live tenant has no clock of its own.".to_owned()))?;
    Ok(Clock { now: instant(now), target: row.clock_target_at.map(instant), work_due: row.work_due })
}

/// Sends the clock to `to`; workers take it there.
///
/// # Errors
/// [`StoreError::ClockAdvancing`] while it is on its way; [`StoreError::Refused`] when `to` is not ahead,
/// or more than 400 days.
pub async fn advance(tx: &Tx, tenant: TenantId, to: DateTime<Utc>) -> Result<Clock, StoreError> {
    lock(tx, tenant).await?;
    let clock = get(tx, tenant).await?;
    if clock.target.is_some() {
        return Err(StoreError::ClockAdvancing);
    }
    let furthest = clock.now.checked_add_signed(TimeDelta::days(MOST_DAYS)).unwrap_or(clock.now);
    if to < clock.now {
        let detail = format!("The clock only goes forward: it stands at {}.", clock.now.to_rfc3339());
        return Err(StoreError::refused("validation_failed", "/to", detail));
    }
    if to > furthest {
        let detail = format!("At most {MOST_DAYS} days at once, until {}.", furthest.to_rfc3339());
        return Err(StoreError::refused("validation_failed", "/to", detail));
    }
    tenants::Entity::update_many()
        .col_expr(tenants::Column::ClockTargetAt, Expr::value(millis(to)))
        .filter(tenants::Column::Id.eq(tenant.0))
        .exec(tx)
        .await?;
    Ok(Clock { target: Some(to), ..clock })
}

/// Claims test tenants whose clock has something to do, for `lease`; in one statement.
///
/// # Errors
/// The database's.
pub async fn claim_clocks(store: &Store, worker: &str, limit: u64, lease: Duration) -> Result<Vec<TenantId>, StoreError> {
    let now = millis(store.now());
    let lock = if store.is_postgres() { " FOR UPDATE SKIP LOCKED" } else { "" };
    let sql = format!(
        "WITH due AS (SELECT id FROM tenants WHERE (work_due OR clock_target_at IS NOT NULL) AND NOT live \
         AND (lease_until IS NULL OR lease_until <= $1) ORDER BY id LIMIT $2{lock}) \
         UPDATE tenants SET lease_until = $3, lease_by = $4 WHERE id IN (SELECT id FROM due) RETURNING id"
    );
    let until = now.saturating_add(i64::try_from(lease.as_millis()).unwrap_or(i64::MAX));
    let values: [Value; 4] = [now.into(), i64::try_from(limit).unwrap_or(i64::MAX).into(), until.into(), worker.into()];
    let tx = store.write(Scope::System).await?;
    let rows = tx.query_all_raw(Statement::from_sql_and_values(store.backend(), sql, values)).await?;
    tx.commit().await?;
    rows.iter().map(|row| Ok(TenantId(row.try_get_by(0)?))).collect()
}

/// Moves the clock to an instant on the way to its target. In a transaction that locks customers, call it
/// after them, as every write does; false when another worker holds the lease by now.
///
/// # Errors
/// The database's.
pub async fn set_clock(tx: &Tx, tenant: TenantId, at: DateTime<Utc>, lease_by: &str) -> Result<bool, StoreError> {
    let done = tenants::Entity::update_many()
        .col_expr(tenants::Column::ClockAt, Expr::value(millis(at)))
        .filter(tenants::Column::Id.eq(tenant.0))
        .filter(tenants::Column::Live.eq(false))
        .filter(tenants::Column::LeaseBy.eq(lease_by))
        .filter(tenants::Column::ClockAt.lte(millis(at)))
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Ends an advance when nothing due is left up to its target (or up to the clock, when it only caught up with
/// a write): the clock stands at the target, ready, the lease given back. False when something is due, or
/// another worker holds the lease: nothing is changed then.
///
/// # Errors
/// The database's.
pub async fn finish(tx: &Tx, tenant: TenantId, lease_by: &str) -> Result<bool, StoreError> {
    // locked before we look: what a write in flight makes due is either seen, or wakes the clock after us
    lock(tx, tenant).await?;
    let clock = get(tx, tenant).await?;
    let until = clock.target.unwrap_or(clock.now);
    if dunning::next_test_instant(tx, tenant).await?.is_some_and(|due| due <= until) {
        return Ok(false);
    }
    let done = tenants::Entity::update_many()
        .col_expr(tenants::Column::ClockAt, Expr::value(millis(until)))
        .col_expr(tenants::Column::ClockTargetAt, Expr::value(None::<i64>))
        .col_expr(tenants::Column::WorkDue, Expr::value(false))
        .col_expr(tenants::Column::LeaseUntil, Expr::value(None::<i64>))
        .col_expr(tenants::Column::LeaseBy, Expr::value(None::<String>))
        .filter(tenants::Column::Id.eq(tenant.0).and(tenants::Column::LeaseBy.eq(lease_by)))
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Locks the tenant's row (PostgreSQL; SQLite has one writer).
async fn lock(tx: &Tx, tenant: TenantId) -> Result<(), StoreError> {
    if tx.get_database_backend() == DbBackend::Postgres {
        tenants::Entity::find_by_id(tenant.0).lock_exclusive().one(tx).await?;
    }
    Ok(())
}
