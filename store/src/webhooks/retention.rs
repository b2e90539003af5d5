//! Forgetting: the feed after 90 days, the log of deliveries after 30.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, Statement, Value};
use uuid::{NoContext, Timestamp, Uuid};

use crate::{Scope, Store, StoreError, time::millis};

/// How long an event can be read.
const EVENT_DAYS: i64 = 90;

/// How long a settled delivery and its attempts can be read.
const DELIVERY_DAYS: i64 = 30;

/// What was forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Swept {
    /// Events.
    pub events: u64,
    /// Deliveries.
    pub deliveries: u64,
    /// Attempts.
    pub attempts: u64,
}

impl Swept {
    /// Was there nothing to forget?
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Forgets at most `batch` rows of each kind, in one short transaction; call again until nothing is left.
/// Ids carry their time, so each tenant's oldest rows stand first under its primary key.
///
/// # Errors
/// The database's.
pub async fn sweep(store: &Store, batch: u32) -> Result<Swept, StoreError> {
    let now = store.now();
    let tx = store.write(Scope::System).await?;
    let deliveries_before = now - TimeDelta::days(DELIVERY_DAYS);
    // attempts name no tenant's row that outlives them: a delivery goes with its attempts, the attempts first
    let old = "SELECT d.tenant_id, d.id FROM tenants t JOIN deliveries d ON d.tenant_id = t.id AND d.id < $1 \
               WHERE d.next_attempt_at IS NULL AND d.created_at < $2 ORDER BY d.tenant_id, d.id LIMIT $3";
    let attempts = format!("DELETE FROM delivery_attempts WHERE (tenant_id, delivery_id) IN ({old})");
    let deliveries = format!("DELETE FROM deliveries WHERE (tenant_id, id) IN ({old})");
    // PostgreSQL would rather read all events than ask the index for each tenant's oldest: it is told to
    let old = if store.is_postgres() {
        "SELECT t.id, e.id FROM tenants t CROSS JOIN LATERAL (SELECT id FROM events WHERE tenant_id = t.id AND id < $1 \
         AND created_at < $2 ORDER BY id LIMIT $3) e LIMIT $3"
    } else {
        "SELECT e.tenant_id, e.id FROM tenants t JOIN events e ON e.tenant_id = t.id AND e.id < $1 WHERE e.created_at < $2 LIMIT $3"
    };
    let events = format!("DELETE FROM events WHERE (tenant_id, id) IN ({old})");
    let swept = Swept {
        attempts: run(&tx, &attempts, deliveries_before, batch).await?,
        deliveries: run(&tx, &deliveries, deliveries_before, batch).await?,
        events: run(&tx, &events, now - TimeDelta::days(EVENT_DAYS), batch).await?,
    };
    tx.commit().await?;
    Ok(swept)
}

async fn run<C: ConnectionTrait>(c: &C, sql: &str, before: DateTime<Utc>, batch: u32) -> Result<u64, StoreError> {
    let values: [Value; 3] = [first_id_of(before).into(), millis(before).into(), i64::from(batch).into()];
    Ok(c.execute_raw(Statement::from_sql_and_values(c.get_database_backend(), sql, values)).await?.rows_affected())
}

/// The smallest UUIDv7 of an instant.
fn first_id_of(at: DateTime<Utc>) -> Uuid {
    let millis = u64::try_from(at.timestamp_millis()).unwrap_or_default();
    let id = Uuid::new_v7(Timestamp::from_unix(NoContext, millis / 1_000, u32::try_from(millis % 1_000).unwrap_or_default() * 1_000_000));
    Uuid::from_u128(id.as_u128() & (u128::MAX << 80))
}
