//! Forgetting: the feed after 90 days, the log of deliveries and the content of events after as many days as
//! each tenant wants.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, Statement, Value};
use uuid::{NoContext, Timestamp, Uuid};

use crate::{Scope, Store, StoreError, time::millis};

/// How long an event can be read.
const EVENT_DAYS: i64 = 90;

/// What became of age since the last look, and a good deal more.
const SINCE_THE_LAST_LOOK: TimeDelta = TimeDelta::days(1);

/// What was forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Swept {
    /// Events.
    pub events: u64,
    /// Contents of events.
    pub contents: u64,
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

/// Forgets at most `batch` rows of each kind and length of memory, in one short transaction; call again until
/// nothing is left. Ids carry their time, so each tenant's oldest rows stand first under its primary key.
/// `thorough` looks through all that is kept for contents of age, else only at those of the last day: what a
/// tenant shortened, or what a stopped process left, is found by a thorough look.
///
/// # Errors
/// The database's.
pub async fn sweep(store: &Store, batch: u32, thorough: bool) -> Result<Swept, StoreError> {
    let tx = store.write(Scope::System).await?;
    let sweep = Sweep { c: &tx, now: store.now(), batch, postgres: store.is_postgres() };
    let mut swept = Swept { events: sweep.events().await?, ..Swept::default() };
    for days in sweep.lengths("webhook_attempt_days", 30).await? {
        swept.attempts += sweep.attempts(days).await?;
        swept.deliveries += sweep.deliveries(days).await?;
    }
    for days in sweep.lengths("webhook_payload_days", EVENT_DAYS).await?.into_iter().filter(|days| *days < EVENT_DAYS) {
        swept.contents += sweep.contents(days, thorough).await?;
    }
    tx.commit().await?;
    Ok(swept)
}

struct Sweep<'a, C> {
    c: &'a C,
    now: DateTime<Utc>,
    batch: u32,
    postgres: bool,
}

impl<C: ConnectionTrait> Sweep<'_, C> {
    /// A number of the tenant's settings.
    fn setting(&self, name: &str, usual: i64) -> String {
        if self.postgres {
            format!("COALESCE((t.settings::json ->> '{name}')::bigint, {usual})")
        } else {
            format!("COALESCE(t.settings ->> '{name}', {usual})")
        }
    }

    /// The different values of a setting.
    async fn lengths(&self, name: &str, usual: i64) -> Result<Vec<i64>, StoreError> {
        let sql = format!("SELECT DISTINCT {} FROM tenants t", self.setting(name, usual));
        let rows = self.c.query_all_raw(Statement::from_string(self.c.get_database_backend(), sql)).await?;
        rows.iter().map(|row| Ok(row.try_get_by(0)?)).collect()
    }

    /// Settled deliveries of age: `$1` an id, `$2` an instant, `$3` how many.
    fn old_deliveries(&self, days: i64) -> String {
        format!(
            "SELECT d.tenant_id, d.id FROM tenants t JOIN deliveries d ON d.tenant_id = t.id AND d.id < $1 \
             WHERE {} = {days} AND d.next_attempt_at IS NULL AND d.created_at < $2 ORDER BY d.tenant_id, d.id LIMIT $3",
            self.setting("webhook_attempt_days", 30)
        )
    }

    /// A delivery goes with its attempts, the attempts first.
    async fn attempts(&self, days: i64) -> Result<u64, StoreError> {
        self.run(&format!("DELETE FROM delivery_attempts WHERE (tenant_id, delivery_id) IN ({})", self.old_deliveries(days)), days, &[])
            .await
    }

    async fn deliveries(&self, days: i64) -> Result<u64, StoreError> {
        self.run(&format!("DELETE FROM deliveries WHERE (tenant_id, id) IN ({})", self.old_deliveries(days)), days, &[]).await
    }

    async fn events(&self) -> Result<u64, StoreError> {
        let old = self.old_events("TRUE", "created_at < $2");
        self.run(&format!("DELETE FROM events WHERE (tenant_id, id) IN ({old})"), EVENT_DAYS, &[]).await
    }

    async fn contents(&self, days: i64, thorough: bool) -> Result<u64, StoreError> {
        let from = if thorough { Uuid::nil() } else { first_id_of(self.now - TimeDelta::days(days) - SINCE_THE_LAST_LOOK) };
        let of_those = format!("{} = {days}", self.setting("webhook_payload_days", EVENT_DAYS));
        let old = self.old_events(&of_those, "id >= $4 AND created_at < $2 AND data <> ''");
        self.run(&format!("UPDATE events SET data = '' WHERE (tenant_id, id) IN ({old})"), days, &[from.into()]).await
    }

    /// PostgreSQL would rather read all events than ask the index for each tenant's oldest: it is told to.
    fn old_events(&self, of_those: &str, which: &str) -> String {
        if self.postgres {
            format!(
                "SELECT t.id, e.id FROM tenants t CROSS JOIN LATERAL (SELECT id FROM events WHERE tenant_id = t.id AND id < $1 \
                 AND {which} ORDER BY id LIMIT $3) e WHERE {of_those} LIMIT $3"
            )
        } else {
            format!(
                "SELECT e.tenant_id, e.id FROM tenants t JOIN (SELECT * FROM events WHERE {which}) e ON e.tenant_id = t.id AND e.id < $1 \
                 WHERE {of_those} LIMIT $3"
            )
        }
    }

    async fn run(&self, sql: &str, days: i64, more: &[Value]) -> Result<u64, StoreError> {
        let before = self.now - TimeDelta::days(days);
        let values: [Value; 3] = [first_id_of(before).into(), millis(before).into(), i64::from(self.batch).into()];
        let values = values.into_iter().chain(more.iter().cloned());
        Ok(self.c.execute_raw(Statement::from_sql_and_values(self.c.get_database_backend(), sql, values)).await?.rows_affected())
    }
}

/// The smallest UUIDv7 of an instant.
fn first_id_of(at: DateTime<Utc>) -> Uuid {
    let millis = u64::try_from(at.timestamp_millis()).unwrap_or_default();
    let id = Uuid::new_v7(Timestamp::from_unix(NoContext, millis / 1_000, u32::try_from(millis % 1_000).unwrap_or_default() * 1_000_000));
    Uuid::from_u128(id.as_u128() & (u128::MAX << 80))
}
