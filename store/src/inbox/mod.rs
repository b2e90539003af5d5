//! Webhooks of sources: written as they came, worked later, kept to be seen and worked again.

mod claim;
mod known;
mod settle;

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, TimeDelta, Utc};
use relance_domain::{
    ids::{InboxId, SourceId, TenantId},
    records::{InboxFact, InboxRecord},
};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement, Value};
use uuid::Uuid;

pub use claim::{ClaimedDelivery, claim};
pub use known::{Known, Names, Paid, known};
pub use settle::{Link, Settled, settle, still_ours};

use crate::{
    Scope, Store, StoreError,
    batch::{self, OnConflict},
    entity::inbox::{Column, Entity, Model},
    json, listen,
    time::{instant, millis},
};

const TABLE: &str = "inbox";

/// How long bodies are kept of what was applied or ignored.
const BODY_DAYS: i64 = 30;
/// How long a delivery is remembered, so that the same is not taken again.
const DAYS: i64 = 400;

/// Every status.
pub const STATUSES: &[&str] = &["received", "applied", "ignored", "waiting_fetch", "quarantined"];

/// A delivery whose signature was good.
#[derive(Debug, Clone)]
pub struct Arrived {
    /// Source.
    pub source_id: SourceId,
    /// Its name.
    pub source: String,
    /// Who sends.
    pub kind: String,
    /// The sender's id of the event, else SHA-256 of the body.
    pub dedupe_key: String,
    /// Headers that say what the body is.
    pub headers: Vec<(String, String)>,
    /// As it came.
    pub body: Vec<u8>,
    /// The request that brought it.
    pub request_id: Option<String>,
}

/// Writes a delivery unless it is there already.
///
/// # Errors
/// The database's.
pub async fn take(tx: &DatabaseTransaction, tenant: TenantId, arrived: Arrived, real_now: DateTime<Utc>) -> Result<bool, StoreError> {
    let row = Model {
        tenant_id: tenant.0,
        id: Uuid::now_v7(),
        source_id: arrived.source_id.0,
        source: arrived.source,
        kind: arrived.kind,
        dedupe_key: arrived.dedupe_key,
        headers: json::write(TABLE, &arrived.headers)?,
        body: STANDARD.encode(&arrived.body),
        request_id: arrived.request_id,
        status: "received".to_owned(),
        reason: None,
        outcome: None,
        waits_for: None,
        attempts: 0,
        due_at: Some(millis(real_now)),
        lease_until: None,
        lease_by: None,
        received_at: millis(real_now),
        settled_at: None,
    };
    let new = batch::insert::<Entity, _>(tx, &[row], OnConflict::Keep).await? > 0;
    if new {
        listen::say(tx).await?;
    }
    Ok(new)
}

fn record(row: Model) -> Result<InboxRecord, StoreError> {
    let facts: Option<Vec<InboxFact>> = row.outcome.as_deref().map(|text| json::read(TABLE, text)).transpose()?;
    Ok(InboxRecord {
        id: InboxId(row.id),
        source_id: SourceId(row.source_id),
        source: row.source,
        kind: row.kind,
        dedupe_key: row.dedupe_key,
        status: row.status,
        reason: row.reason,
        waits_for: row.waits_for,
        facts: facts.unwrap_or_default(),
        attempts: row.attempts,
        received_at: instant(row.received_at),
        settled_at: row.settled_at.map(instant),
        kept: !row.body.is_empty(),
    })
}

/// Deliveries, newest first, older than `after`.
///
/// # Errors
/// The database's.
pub async fn list<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    statuses: &[String],
    source: Option<&str>,
    after: Option<Uuid>,
    limit: u64,
) -> Result<Vec<InboxRecord>, StoreError> {
    let mut query = Entity::find().filter(Column::TenantId.eq(tenant.0)).order_by_desc(Column::Id).limit(limit);
    if !statuses.is_empty() {
        query = query.filter(Column::Status.is_in(statuses));
    }
    if let Some(source) = source {
        query = query.filter(Column::Source.eq(source));
    }
    if let Some(after) = after {
        query = query.filter(Column::Id.lt(after));
    }
    query.all(c).await?.into_iter().map(record).collect()
}

/// One delivery with its body, as it came.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub async fn get<C: ConnectionTrait>(c: &C, tenant: TenantId, id: InboxId) -> Result<(InboxRecord, Vec<u8>), StoreError> {
    let row = Entity::find_by_id((tenant.0, id.0)).one(c).await?.ok_or(StoreError::NotFound)?;
    let body = bytes(&row)?;
    Ok((record(row)?, body))
}

fn bytes(row: &Model) -> Result<Vec<u8>, StoreError> {
    STANDARD.decode(&row.body).map_err(|_| StoreError::inconsistent(TABLE, "body"))
}

/// Has a delivery worked again, whatever came of it before.
///
/// # Errors
/// [`StoreError::NotFound`], [`StoreError::WrongState`] when its body is forgotten, or the database's.
pub async fn replay(tx: &DatabaseTransaction, tenant: TenantId, id: InboxId, real_now: DateTime<Utc>) -> Result<InboxRecord, StoreError> {
    let row = Entity::find_by_id((tenant.0, id.0)).one(tx).await?.ok_or(StoreError::NotFound)?;
    if row.body.is_empty() {
        return Err(StoreError::WrongState(format!("The body was kept for {BODY_DAYS} days: it is forgotten.")));
    }
    let again = Model {
        status: "received".to_owned(),
        reason: None,
        waits_for: None,
        attempts: 0,
        due_at: Some(millis(real_now)),
        lease_until: None,
        lease_by: None,
        ..row
    };
    batch::insert::<Entity, _>(tx, std::slice::from_ref(&again), OnConflict::Replace).await?;
    listen::say(tx).await?;
    record(again)
}

/// When the next delivery is due, as a scalar subquery; `$2` is now.
pub(crate) const NEXT: &str =
    "SELECT due_at FROM inbox WHERE due_at IS NOT NULL AND (lease_until IS NULL OR lease_until <= $2) ORDER BY due_at LIMIT 1";

/// Forgets old bodies, and deliveries that are older still; at most `batch` of each. How many rows.
///
/// # Errors
/// The database's.
pub(crate) async fn sweep(store: &Store, batch: u32) -> Result<u64, StoreError> {
    let before = |days: i64| -> [Value; 2] { [millis(store.now() - TimeDelta::days(days)).into(), i64::from(batch).into()] };
    let bodies = "UPDATE inbox SET body = '', headers = '[]' WHERE (tenant_id, id) IN (SELECT tenant_id, id FROM inbox \
                  WHERE received_at < $1 AND body <> '' AND status IN ('applied', 'ignored') ORDER BY received_at LIMIT $2)";
    let rows = "DELETE FROM inbox WHERE (tenant_id, id) IN (SELECT tenant_id, id FROM inbox \
                WHERE received_at < $1 AND status IN ('applied', 'ignored') ORDER BY received_at LIMIT $2)";
    let tx = store.write(Scope::System).await?;
    let mut swept = 0;
    for (sql, days) in [(bodies, BODY_DAYS), (rows, DAYS)] {
        swept += tx.execute_raw(Statement::from_sql_and_values(store.backend(), sql, before(days))).await?.rows_affected();
    }
    tx.commit().await?;
    Ok(swept)
}
