//! Keys that end soon are told of, once each: 14 days before, or when half their life is over if it is shorter than
//! four weeks. Not told of are keys that another one replaces already.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use relance_domain::{event::EventType, ids::TenantId, records::EventObject};
use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, Statement, Value};
use uuid::Uuid;

use super::record;
use crate::{
    Scope, Store, StoreError,
    batch::{self, OnConflict},
    entity::api_keys::{Entity, Model},
    outbox::{self, NewEvent},
    tenants,
    time::millis,
};

/// How long before its end a key is told of.
const DAYS: i64 = 14;

/// Tells of at most `most` keys that end soon; how many they were.
///
/// # Errors
/// The database's.
pub async fn tell_expiring(store: &Store, most: u32) -> Result<usize, StoreError> {
    let look = store.read(Scope::System).await?;
    let none = due(store, &look, 1, "").await?.is_empty();
    look.commit().await?;
    if none {
        return Ok(0); // nobody else waits for the one writer
    }
    let real_now = store.now();
    let tx = store.write(Scope::System).await?;
    let skip = if store.backend() == DbBackend::Postgres { " FOR UPDATE SKIP LOCKED" } else { "" };
    let mut rows = due(store, &tx, most, skip).await?;
    let mut by_tenant: BTreeMap<Uuid, Vec<NewEvent>> = BTreeMap::new();
    for row in &mut rows {
        row.expiry_told_at = Some(millis(real_now));
        let object = EventObject::ApiKey(Box::new(record(row.clone())?));
        by_tenant.entry(row.tenant_id).or_default().push(NewEvent::new(EventType::ApiKeyExpiring, row.id, object));
    }
    batch::insert::<Entity, _>(&tx, &rows, OnConflict::Replace).await?;
    for (tenant, events) in by_tenant {
        let at = tenants::now(&tx, TenantId(tenant), real_now).await?;
        outbox::append(&tx, TenantId(tenant), at, real_now, events).await?;
    }
    store.commit(tx).await?;
    Ok(rows.len())
}

async fn due<C: ConnectionTrait>(store: &Store, c: &C, most: u32, lock: &str) -> Result<Vec<Model>, StoreError> {
    let sql = format!(
        "SELECT * FROM api_keys WHERE expiry_told_at IS NULL AND expires_at > $1 AND expires_at <= $2 \
         AND expires_at - $1 <= (expires_at - created_at) / 2 AND revoked_at IS NULL AND rotated_to IS NULL \
         ORDER BY expires_at LIMIT $3{lock}"
    );
    let now = store.now();
    let values: [Value; 3] = [millis(now).into(), millis(now + TimeDelta::days(DAYS)).into(), i64::from(most).into()];
    Ok(Entity::find().from_raw_sql(Statement::from_sql_and_values(c.get_database_backend(), sql, values)).all(c).await?)
}
