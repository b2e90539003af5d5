//! Which deliveries are due.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use relance_domain::{
    connector::ConnectorConfig,
    ids::{InboxId, SourceId, TenantId},
};
use sea_orm::{ColumnTrait, DbBackend, EntityTrait, FromQueryResult, QueryFilter, Statement, Value};

use super::{TABLE, bytes};
use crate::{
    Scope, Store, StoreError,
    entity::{inbox::Model, sources},
    json,
    time::{instant, millis},
};

/// A delivery to be worked by whoever claimed it.
#[derive(Debug, Clone)]
pub struct ClaimedDelivery {
    /// Tenant.
    pub tenant: TenantId,
    /// Id.
    pub id: InboxId,
    /// Source.
    pub source_id: SourceId,
    /// Its name.
    pub source: String,
    /// Who sent it.
    pub kind: String,
    /// How the source is read.
    pub config: ConnectorConfig,
    /// Headers that say what the body is.
    pub headers: Vec<(String, String)>,
    /// As it came.
    pub body: Vec<u8>,
    /// The request that brought it.
    pub request_id: Option<Arc<str>>,
    /// When it came.
    pub received_at: DateTime<Utc>,
    /// Times it is worked on, this one included.
    pub attempts: i32,
}

/// Leases at most `limit` due deliveries to `lease_by`, the oldest first.
///
/// # Errors
/// The database's.
pub async fn claim(store: &Store, lease_by: &str, limit: u32, lease: Duration) -> Result<Vec<ClaimedDelivery>, StoreError> {
    let now = store.now();
    let until = millis(now).saturating_add(i64::try_from(lease.as_millis()).unwrap_or(i64::MAX));
    let skip = if store.backend() == DbBackend::Postgres { " FOR UPDATE SKIP LOCKED" } else { "" };
    let sql = format!(
        "UPDATE inbox SET lease_until = $1, lease_by = $2, attempts = attempts + 1 WHERE (tenant_id, id) IN \
         (SELECT tenant_id, id FROM inbox WHERE due_at <= $3 AND (lease_until IS NULL OR lease_until <= $3) \
         ORDER BY due_at, id LIMIT $4{skip}) RETURNING *"
    );
    let values: [Value; 4] = [until.into(), lease_by.into(), millis(now).into(), i64::from(limit).into()];
    let tx = store.write(Scope::System).await?;
    let mut rows = Model::find_by_statement(Statement::from_sql_and_values(store.backend(), sql, values)).all(&tx).await?;
    rows.sort_unstable_by_key(|row| (row.due_at, row.id));
    let mut ids: Vec<_> = rows.iter().map(|row| row.source_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let known = match ids.is_empty() {
        true => Vec::new(),
        false => sources::Entity::find().filter(sources::Column::Id.is_in(ids)).all(&tx).await?,
    };
    tx.commit().await?; // no bell: nothing new became due
    rows.into_iter()
        .map(|row| {
            let config = known.iter().find(|source| source.id == row.source_id).and_then(|source| source.config.as_deref());
            Ok(ClaimedDelivery {
                tenant: TenantId(row.tenant_id),
                id: InboxId(row.id),
                source_id: SourceId(row.source_id),
                config: config.map(|text| json::read(TABLE, text)).transpose()?.unwrap_or_default(),
                headers: json::read(TABLE, &row.headers)?,
                body: bytes(&row)?,
                request_id: row.request_id.map(Arc::from),
                received_at: instant(row.received_at),
                attempts: row.attempts,
                source: row.source,
                kind: row.kind,
            })
        })
        .collect()
}
