//! Facts that wait, as they are read; and the alarm when they have waited for a day.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use relance_domain::{
    event::EventType,
    facts::{WaitedKind, WaitingFor},
    ids::{SourceId, TenantId},
    records::{EventObject, ParkedAlarm, ParkedRecord},
};
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement, Value};
use uuid::Uuid;

use crate::{
    Scope, Store, StoreError,
    change::{Change, Kind},
    entity::{
        parked::{Column, Entity, Model},
        sources,
    },
    outbox::{self, NewEvent},
    tenants,
    time::{instant, millis},
};

/// How long a fact waits before somebody is told.
const LONG: TimeDelta = TimeDelta::days(1);
/// Facts that an alarm names.
const NAMED: usize = 20;

pub(crate) fn record(row: Model) -> Result<ParkedRecord, StoreError> {
    let (kind, rest) = row.waits_for.split_once(':').ok_or_else(|| StoreError::inconsistent("parked", &row.waits_for))?;
    let waiting_for = WaitedKind::parse(kind).map(|kind| WaitingFor { kind, external_id: rest.to_owned() });
    let refused = waiting_for.is_none().then(|| rest.to_owned());
    let received_at = instant(row.received_at);
    Ok(ParkedRecord { id: row.id, source: row.source, kind: row.kind, external_id: row.external_id, waiting_for, refused, received_at })
}

/// Facts that wait, newest first, from after the row `after` on.
///
/// # Errors
/// The database's.
pub async fn list<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    source: Option<&str>,
    after: Option<Uuid>,
    limit: u64,
) -> Result<Vec<ParkedRecord>, StoreError> {
    let mut query = Entity::find().filter(Column::TenantId.eq(tenant.0));
    if let Some(source) = source {
        query = query.filter(Column::Source.eq(source));
    }
    if let Some(after) = after {
        query = query.filter(Column::Id.lt(after));
    }
    query.order_by_desc(Column::Id).limit(limit).all(c).await?.into_iter().map(record).collect()
}

/// Tells of at most `most` facts that have waited for a day by their tenant's clock: one event a source. Each fact is told
/// of once; how many they were.
///
/// # Errors
/// The database's.
pub async fn tell_waiting(store: &Store, most: u32) -> Result<usize, StoreError> {
    let look = store.read(Scope::System).await?;
    let none = long(store, &look, 1, "").await?.is_empty();
    look.commit().await?;
    if none {
        return Ok(0); // nobody else waits for the one writer
    }
    let tx = store.write(Scope::System).await?;
    let skip = if store.backend() == DbBackend::Postgres { " FOR UPDATE OF p SKIP LOCKED" } else { "" };
    let rows = long(store, &tx, most, skip).await?;
    let (count, real_now) = (rows.len(), store.now());
    let told: Vec<_> = rows.iter().map(|row| (TenantId(row.tenant_id), vec![row.id.into(), millis(real_now).into()])).collect();
    let change = Change { table: "parked", columns: &[("id", Kind::Uuid), ("told", Kind::Big)], set: "told_at = v.told", only: "" };
    change.apply_to_all(&tx, &told).await?;
    let mut by_tenant: BTreeMap<Uuid, BTreeMap<String, Vec<Model>>> = BTreeMap::new();
    for row in rows {
        by_tenant.entry(row.tenant_id).or_default().entry(row.source.clone()).or_default().push(row);
    }
    for (tenant, by_source) in by_tenant {
        let tenant = TenantId(tenant);
        let ids = sources::Entity::find()
            .select_only()
            .columns([sources::Column::Name, sources::Column::Id])
            .filter(sources::Column::TenantId.eq(tenant.0))
            .filter(sources::Column::Name.is_in(by_source.keys()))
            .into_tuple::<(String, Uuid)>()
            .all(&tx)
            .await?;
        let ids: BTreeMap<String, Uuid> = ids.into_iter().collect();
        let mut events = Vec::new();
        for (source, rows) in by_source {
            let Some(id) = ids.get(&source).copied() else { continue };
            let object = EventObject::Parked(Box::new(alarm(SourceId(id), source, rows)?));
            events.push(NewEvent::new(EventType::IngestParked, id, object));
        }
        outbox::append(&tx, tenant, tenants::now(&tx, tenant, real_now).await?, real_now, events).await?;
    }
    store.commit(tx).await?;
    Ok(count)
}

async fn long<C: ConnectionTrait>(store: &Store, c: &C, most: u32, lock: &str) -> Result<Vec<Model>, StoreError> {
    let sql = format!(
        "SELECT p.* FROM tenants t JOIN parked p ON p.tenant_id = t.id AND p.told_at IS NULL \
         AND p.received_at <= (CASE WHEN t.live THEN $1 ELSE t.clock_at END) - $2 ORDER BY p.tenant_id, p.received_at LIMIT $3{lock}"
    );
    let values: [Value; 3] = [millis(store.now()).into(), LONG.num_milliseconds().into(), i64::from(most).into()];
    Ok(Entity::find().from_raw_sql(Statement::from_sql_and_values(c.get_database_backend(), sql, values)).all(c).await?)
}

/// The alarm about `rows`, the oldest first.
fn alarm(source_id: SourceId, source: String, rows: Vec<Model>) -> Result<ParkedAlarm, StoreError> {
    let count = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    let oldest_received_at = instant(rows.first().map_or(0, |row| row.received_at));
    let facts = rows.into_iter().take(NAMED).map(record).collect::<Result<_, _>>()?;
    Ok(ParkedAlarm { source_id, source, count, oldest_received_at, facts })
}
