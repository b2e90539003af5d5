//! How many messages left on a day over channels that are paid by the piece.

use chrono::{DateTime, Utc};
use relance_domain::ids::TenantId;
use sea_orm::{ConnectionTrait, Statement, Value};

use crate::{StoreError, Tx, time::millis};

/// Messages of the tenant by the settings of `channel` that left, are leaving or may have left since then. Behind the
/// lock of the channel's row, so that two processes count one after the other.
///
/// # Errors
/// The database's.
pub async fn left_since(tx: &Tx, tenant: TenantId, channel: &str, since: DateTime<Utc>) -> Result<u64, StoreError> {
    let backend = tx.get_database_backend();
    let lock = "UPDATE channels SET version = version WHERE tenant_id = $1 AND channel = $2";
    let values: [Value; 2] = [tenant.0.into(), channel.into()];
    tx.execute_raw(Statement::from_sql_and_values(backend, lock, values)).await?;
    let sql = "SELECT COUNT(*) FROM reminders WHERE tenant_id = $1 AND via = $2 \
               AND (sent_at >= $3 OR status = 'sending' OR (status = 'unknown' AND unknown_at >= $4))";
    let since = millis(since);
    let values: [Value; 4] = [tenant.0.into(), channel.into(), since.into(), since.into()];
    let row = tx.query_one_raw(Statement::from_sql_and_values(backend, sql, values)).await?;
    let count: i64 = row.map_or(Ok(0), |row| row.try_get_by(0))?;
    Ok(u64::try_from(count).unwrap_or_default())
}
