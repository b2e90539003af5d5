//! Receipts: each stored once, matched to its message also when it comes first, and applied.

use chrono::{DateTime, TimeDelta, Utc};
use relance_domain::{
    ids::{ReminderId, TenantId},
    sending::Receipt,
};
use sea_orm::{ConnectionTrait, Statement, Value};
use uuid::Uuid;

use super::sending::{SendOutcome, Settled, finish};
use crate::{
    Scope, Store, StoreError, Tx, any,
    batch::{self, OnConflict},
    entity::receipts::{Entity, Model},
    tenants,
    time::millis,
};

/// How long a receipt waits for its message.
const EARLY_FOR: TimeDelta = TimeDelta::hours(72);
/// Receipts matched in one transaction.
const TOGETHER: i64 = 500;

/// Stores those of `list` that are new and applies what they say; how many were new. Call it as the last statement
/// before commit.
///
/// # Errors
/// The database's.
pub async fn take(
    tx: &Tx,
    tenant: TenantId,
    channel: &str,
    provider: &str,
    list: Vec<Receipt>,
    real_now: DateTime<Utc>,
) -> Result<u64, StoreError> {
    let now = tenants::now(tx, tenant, real_now).await?;
    let row = |receipt: Receipt| Model {
        tenant_id: tenant.0,
        id: Uuid::now_v7(),
        channel: channel.to_owned(),
        provider: provider.to_owned(),
        dedupe_key: receipt.dedupe_key,
        reference: receipt.reference,
        provider_id: receipt.provider_id,
        kind: receipt.kind.as_str().to_owned(),
        detail: receipt.detail,
        at: millis(receipt.at.unwrap_or(now)),
        received_at: millis(now),
        reminder_id: None,
    };
    let mut rows: Vec<Model> = list.into_iter().map(row).collect();
    rows.sort_by(|one, other| one.dedupe_key.cmp(&other.dedupe_key));
    rows.dedup_by(|one, other| one.dedupe_key == other.dedupe_key);
    let new = batch::insert::<Entity, _>(tx, &rows, OnConflict::Keep).await?;
    if new > 0 {
        matched(tx, tenant, now, real_now).await?;
    }
    Ok(new)
}

/// Matches what waits to messages that left meanwhile; what is told of them is applied.
async fn matched(tx: &Tx, tenant: TenantId, now: DateTime<Utc>, real_now: DateTime<Utc>) -> Result<(), StoreError> {
    let backend = tx.get_database_backend();
    let left = "m.status IN ('sent', 'delivered', 'bounced', 'failed', 'unknown')";
    // by our reference at whoever was handed it, else by the id that the one who has it gave it
    let tried = "EXISTS (SELECT 1 FROM attempts a WHERE a.tenant_id = m.tenant_id AND a.reminder_id = m.id AND a.provider = r.provider)";
    let sql = format!(
        "SELECT r.id, COALESCE(\
           (SELECT m.id FROM reminders m WHERE m.tenant_id = r.tenant_id AND m.reference = r.reference AND {left} AND {tried} LIMIT 1), \
           (SELECT m.id FROM reminders m WHERE m.tenant_id = r.tenant_id AND m.provider_id = r.provider_id AND {left} AND m.provider = r.provider AND m.via = r.channel LIMIT 1)) \
         FROM receipts r WHERE r.tenant_id = $1 AND r.reminder_id IS NULL AND r.received_at > $2 ORDER BY r.received_at DESC LIMIT $3"
    );
    let values: [Value; 3] = [tenant.0.into(), millis(now - EARLY_FOR).into(), TOGETHER.into()];
    let rows = tx.query_all_raw(Statement::from_sql_and_values(backend, sql, values)).await?;
    let mut of_reminder = std::collections::BTreeMap::<Uuid, Vec<Uuid>>::new();
    for row in &rows {
        if let Some(reminder) = row.try_get_by::<Option<Uuid>, _>(1)? {
            of_reminder.entry(reminder).or_default().push(row.try_get_by(0)?);
        }
    }
    for (reminder, receipts) in &of_reminder {
        let sql = format!("UPDATE receipts SET reminder_id = $2 WHERE tenant_id = $1 AND id {}", any::of_ids(backend, 3));
        let values: [Value; 3] = [tenant.0.into(), (*reminder).into(), any::ids(backend, receipts.iter().copied())];
        tx.execute_raw(Statement::from_sql_and_values(backend, sql, values)).await?;
    }
    let told = |id: &Uuid| Settled { id: ReminderId(*id), attempt: None, outcome: SendOutcome::Told };
    finish(tx, tenant, of_reminder.keys().map(told).collect(), now, real_now).await
}

/// Matches receipts of a tenant that came before their messages were known to have left.
///
/// # Errors
/// The database's.
pub async fn match_early(store: &Store, tenant: TenantId) -> Result<(), StoreError> {
    let real_now = store.now();
    let tx = store.read(tenant).await?;
    let sql = "SELECT 1 FROM receipts WHERE tenant_id = $1 AND reminder_id IS NULL LIMIT 1";
    let waits = tx.query_one_raw(Statement::from_sql_and_values(store.backend(), sql, [tenant.0.into()])).await?.is_some();
    drop(tx);
    if !waits {
        return Ok(());
    }
    let tx = store.write(tenant).await?;
    let now = tenants::now(&tx, tenant, real_now).await?;
    matched(&tx, tenant, now, real_now).await?;
    store.commit(tx).await
}

/// The tenants for whom a receipt waits that came of late.
///
/// # Errors
/// The database's.
pub async fn waiting(store: &Store) -> Result<Vec<TenantId>, StoreError> {
    let tx = store.read(Scope::System).await?;
    let sql = "SELECT DISTINCT tenant_id FROM receipts WHERE reminder_id IS NULL LIMIT 100";
    let rows = tx.query_all_raw(Statement::from_string(store.backend(), sql)).await?;
    rows.iter().map(|row| Ok(TenantId(row.try_get_by(0)?))).collect()
}

/// Forgets receipts of messages that are none of ours; how many.
///
/// # Errors
/// The database's.
pub(crate) async fn sweep(tx: &Tx, now: DateTime<Utc>) -> Result<u64, StoreError> {
    let sql = "DELETE FROM receipts WHERE reminder_id IS NULL AND received_at < $1";
    let values: [Value; 1] = [millis(now - EARLY_FOR).into()];
    Ok(tx.execute_raw(Statement::from_sql_and_values(tx.get_database_backend(), sql, values)).await?.rows_affected())
}
