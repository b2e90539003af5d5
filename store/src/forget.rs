//! Forgetting what is kept for a time only, in batches (events and deliveries: [`crate::webhooks::sweep`]).

use chrono::TimeDelta;
use sea_orm::{ConnectionTrait, Statement, Value};

use crate::{Scope, Store, StoreError, idempotency, inbox, notices, time::millis};

/// How long the identity of a CloudEvent is remembered.
const INGEST_DAYS: i64 = 400;

/// Forgets old idempotency keys, and at most `batch` identities of CloudEvents, mails to tenants and webhooks of sources; how many rows.
///
/// # Errors
/// The database's.
pub async fn sweep(store: &Store, batch: u32) -> Result<u64, StoreError> {
    let now = store.now();
    let tx = store.write(Scope::System).await?;
    let keys = idempotency::sweep(&tx, now).await? + crate::dunning::receipts::sweep(&tx, now).await?;
    let sql = "DELETE FROM ingest_events WHERE (tenant_id, source, event_id) IN \
               (SELECT tenant_id, source, event_id FROM ingest_events WHERE received_at < $1 ORDER BY received_at LIMIT $2)";
    let values: [Value; 2] = [millis(now - TimeDelta::days(INGEST_DAYS)).into(), i64::from(batch).into()];
    let events = tx.execute_raw(Statement::from_sql_and_values(store.backend(), sql, values)).await?.rows_affected();
    let notices = notices::sweep(&tx, now, batch).await?;
    tx.commit().await?;
    Ok(keys + events + notices + inbox::sweep(store, batch).await?)
}
