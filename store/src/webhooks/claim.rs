//! Which deliveries are due: claimed by endpoint, so that no endpoint's queue stands before another's.
//!
//! An endpoint is worked on by one claim at a time; its run ends with the lease or with
//! [`super::finish`]. The claim hops over an index from endpoint to endpoint: fifty thousand deliveries
//! waiting for a dead one cost as much as one.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use relance_domain::{
    ids::{DeliveryId, EndpointId, EventId, TenantId},
    records::EventRecord,
};
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QuerySelect, Statement, Value};
use uuid::Uuid;

use super::secrets::Secrets;
use crate::{
    Scope, Store, StoreError, any,
    entity::{deliveries, events, tenants, webhook_endpoints},
    events as feed,
    time::{instant, millis},
};

/// Endpoints in one claim.
const MOST_ENDPOINTS: usize = 64;

/// Deliveries of one endpoint in one claim.
const LONGEST_RUN: usize = 32;

/// The endpoints for which something waits: the delivery due first, and the end of a lease still running
/// at `$1`. A dead endpoint with a long queue is one row here.
macro_rules! heads {
    () => {
        "WITH RECURSIVE waiting(endpoint_id) AS (\
         SELECT (SELECT d.endpoint_id FROM deliveries d WHERE d.next_attempt_at IS NOT NULL ORDER BY d.endpoint_id LIMIT 1) \
         UNION ALL \
         SELECT (SELECT d.endpoint_id FROM deliveries d WHERE d.next_attempt_at IS NOT NULL AND d.endpoint_id > w.endpoint_id \
         ORDER BY d.endpoint_id LIMIT 1) FROM waiting w WHERE w.endpoint_id IS NOT NULL), \
         heads AS (SELECT w.endpoint_id, \
         (SELECT d.tenant_id FROM deliveries d WHERE d.endpoint_id = w.endpoint_id AND d.next_attempt_at IS NOT NULL \
         ORDER BY d.next_attempt_at LIMIT 1) AS tenant_id, \
         (SELECT d.next_attempt_at FROM deliveries d WHERE d.endpoint_id = w.endpoint_id AND d.next_attempt_at IS NOT NULL \
         ORDER BY d.next_attempt_at LIMIT 1) AS due_at, \
         (SELECT d.lease_until FROM deliveries d WHERE d.endpoint_id = w.endpoint_id AND d.lease_until > $1 \
         ORDER BY d.lease_until DESC LIMIT 1) AS leased_until \
         FROM waiting w WHERE w.endpoint_id IS NOT NULL) "
    };
}

/// One number: when something may be claimed next; `$1` is now. To be used as a scalar subquery.
pub(crate) const NEXT_DELIVERY: &str = concat!(
    heads!(),
    "SELECT MIN(COALESCE(h.leased_until, h.due_at)) FROM heads h \
     JOIN webhook_endpoints e ON e.tenant_id = h.tenant_id AND e.id = h.endpoint_id WHERE e.status = 'enabled'"
);

/// The endpoints that can be worked on now, the longest due first.
const READY: &str = concat!(
    heads!(),
    "SELECT h.tenant_id, h.endpoint_id FROM heads h JOIN webhook_endpoints e ON e.tenant_id = h.tenant_id AND e.id = h.endpoint_id \
     WHERE e.status = 'enabled' AND h.due_at <= $1 AND h.leased_until IS NULL ORDER BY h.due_at LIMIT $2"
);

/// What a delivery carries.
#[derive(Debug, Clone)]
pub enum ClaimedEvent {
    /// An event of the feed.
    Event(Box<EventRecord>),
    /// A sample of this type, to try the endpoint out.
    Sample {
        /// The id it goes by.
        id: EventId,
        /// Type (wire word).
        kind: String,
        /// Live or test tenant.
        live: bool,
    },
    /// The event is no longer kept.
    Expired(EventId),
}

/// A delivery to be posted by whoever claimed it.
#[derive(Clone)]
pub struct ClaimedDelivery {
    /// Tenant.
    pub tenant: TenantId,
    /// Id.
    pub id: DeliveryId,
    /// Endpoint.
    pub endpoint: EndpointId,
    /// Where to.
    pub url: String,
    /// `full` or `thin`.
    pub payload: String,
    /// Secrets that sign now, the newest first.
    pub secrets: Vec<String>,
    /// What it carries.
    pub event: ClaimedEvent,
    /// Attempts made before.
    pub attempts: i32,
    /// Of these, made before it was last queued by hand: they do not count against the table of pauses.
    pub queued_after: i32,
}

/// Claims due deliveries for `lease_ms`: at most `limit`, unless so many endpoints wait that each gets
/// four. What the claimer does not [`super::finish`] is due again when the lease ends.
///
/// # Errors
/// The database's.
pub async fn claim_deliveries(store: &Store, worker: &str, limit: usize, lease_ms: i64) -> Result<Vec<ClaimedDelivery>, StoreError> {
    let now = store.now();
    let look = store.read(Scope::System).await?;
    let idle = ready(&look, now, 1).await?.is_empty();
    look.commit().await?;
    if idle {
        return Ok(Vec::new()); // asked without the writer, since most often nothing is due
    }
    let tx = store.write(Scope::System).await?;
    if store.is_postgres() {
        tx.execute_unprepared("SELECT pg_advisory_xact_lock(727102)").await?; // one claim at a time: an endpoint is in one run only
    }
    let endpoints = ready(&tx, now, limit.clamp(1, MOST_ENDPOINTS)).await?;
    let rows = due_rows(&tx, now, &endpoints, limit).await?;
    let until = now.checked_add_signed(TimeDelta::milliseconds(lease_ms)).unwrap_or(now);
    lease(&tx, &rows, worker, until).await?;
    let claimed = complete(store, &tx, rows, now).await?;
    tx.commit().await?; // no bell: nothing new became due
    Ok(claimed)
}

/// When something may be claimed next; an endpoint that is being worked on counts from the end of its
/// lease (its [`super::finish`] rings the bell earlier).
///
/// # Errors
/// The database's.
pub async fn next_delivery_at(store: &Store) -> Result<Option<DateTime<Utc>>, StoreError> {
    let tx = store.read(Scope::System).await?;
    let row = tx.query_one_raw(Statement::from_sql_and_values(store.backend(), NEXT_DELIVERY, [millis(store.now()).into()])).await?;
    tx.commit().await?;
    let at: Option<i64> = row.map(|row| row.try_get_by(0)).transpose()?.flatten();
    Ok(at.map(instant))
}

async fn ready<C: ConnectionTrait>(c: &C, now: DateTime<Utc>, most: usize) -> Result<Vec<(Uuid, Uuid)>, StoreError> {
    let values: [Value; 2] = [millis(now).into(), i64::try_from(most).unwrap_or(i64::MAX).into()];
    let rows = c.query_all_raw(Statement::from_sql_and_values(c.get_database_backend(), READY, values)).await?;
    rows.iter().map(|row| Ok((row.try_get_by(0)?, row.try_get_by(1)?))).collect()
}

/// The longest due deliveries of each endpoint, as many of each.
async fn due_rows<C: ConnectionTrait>(
    c: &C,
    now: DateTime<Utc>,
    endpoints: &[(Uuid, Uuid)],
    limit: usize,
) -> Result<Vec<deliveries::Model>, StoreError> {
    if endpoints.is_empty() {
        return Ok(Vec::new());
    }
    let run = (limit / endpoints.len()).clamp(4, LONGEST_RUN);
    let mut values: Vec<Value> = vec![millis(now).into()];
    let mut parts = Vec::with_capacity(endpoints.len());
    for (tenant, endpoint) in endpoints {
        let at = values.len();
        values.extend([(*tenant).into(), (*endpoint).into()]);
        parts.push(format!(
            "SELECT * FROM (SELECT * FROM deliveries WHERE tenant_id = ${} AND endpoint_id = ${} AND next_attempt_at <= $1 \
             ORDER BY next_attempt_at, id LIMIT {run}) AS run{at}",
            at + 1,
            at + 2
        ));
    }
    let backend = c.get_database_backend();
    let statement = Statement::from_sql_and_values(backend, parts.join(" UNION ALL "), values);
    Ok(deliveries::Entity::find().from_raw_sql(statement).all(c).await?)
}

async fn lease<C: ConnectionTrait>(c: &C, rows: &[deliveries::Model], worker: &str, until: DateTime<Utc>) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    let backend = c.get_database_backend();
    let sql = format!(
        "UPDATE deliveries SET lease_until = $1, lease_by = $2 WHERE tenant_id {} AND id {}",
        any::of_ids(backend, 3),
        any::of_ids(backend, 4)
    );
    let tenants: BTreeSet<Uuid> = rows.iter().map(|row| row.tenant_id).collect();
    let values: [Value; 4] =
        [millis(until).into(), worker.into(), any::ids(backend, tenants), any::ids(backend, rows.iter().map(|row| row.id))];
    c.execute_raw(Statement::from_sql_and_values(backend, sql, values)).await?;
    Ok(())
}

/// Puts endpoint, secrets and event to each row: one statement a table.
async fn complete<C: ConnectionTrait>(
    store: &Store,
    c: &C,
    rows: Vec<deliveries::Model>,
    now: DateTime<Utc>,
) -> Result<Vec<ClaimedDelivery>, StoreError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let tenant_ids: BTreeSet<Uuid> = rows.iter().map(|row| row.tenant_id).collect();
    let live: Vec<(Uuid, bool)> = tenants::Entity::find()
        .select_only()
        .columns([tenants::Column::Id, tenants::Column::Live])
        .filter(tenants::Column::Id.is_in(tenant_ids.iter().copied()))
        .into_tuple()
        .all(c)
        .await?;
    let live: BTreeMap<Uuid, bool> = live.into_iter().collect();
    let endpoints = endpoints_of(c, &tenant_ids, &rows).await?;
    let mut secrets = BTreeMap::new();
    for endpoint in endpoints.values() {
        let (tenant, id) = (TenantId(endpoint.tenant_id), EndpointId(endpoint.id));
        let opened = Secrets::open(c, &store.cipher, tenant, id, &endpoint.sealed_secrets).await?;
        secrets.insert(endpoint.id, opened.valid(now));
    }
    let events = events_of(c, &tenant_ids, &rows).await?;
    let mut claimed = Vec::with_capacity(rows.len());
    for row in rows {
        let Some(endpoint) = endpoints.get(&row.endpoint_id) else { continue };
        let live = live.get(&row.tenant_id).copied().unwrap_or_default();
        let event = match (row.test_type, events.get(&row.event_id)) {
            (Some(kind), _) => ClaimedEvent::Sample { id: EventId(row.event_id), kind, live },
            (None, Some(event)) => ClaimedEvent::Event(Box::new(feed::record(event.clone(), live)?)),
            (None, None) => ClaimedEvent::Expired(EventId(row.event_id)),
        };
        claimed.push(ClaimedDelivery {
            tenant: TenantId(row.tenant_id),
            id: DeliveryId(row.id),
            endpoint: EndpointId(row.endpoint_id),
            url: endpoint.url.clone(),
            payload: endpoint.payload.clone(),
            secrets: secrets.get(&row.endpoint_id).cloned().unwrap_or_default(),
            event,
            attempts: row.attempts,
            queued_after: row.queued_after,
        });
    }
    Ok(claimed)
}

async fn endpoints_of<C: ConnectionTrait>(
    c: &C,
    tenants: &BTreeSet<Uuid>,
    rows: &[deliveries::Model],
) -> Result<BTreeMap<Uuid, webhook_endpoints::Model>, StoreError> {
    let ids: BTreeSet<Uuid> = rows.iter().map(|row| row.endpoint_id).collect();
    let list = webhook_endpoints::Entity::find()
        .filter(webhook_endpoints::Column::TenantId.is_in(tenants.iter().copied()))
        .filter(webhook_endpoints::Column::Id.is_in(ids))
        .all(c)
        .await?;
    Ok(list.into_iter().map(|row| (row.id, row)).collect())
}

async fn events_of<C: ConnectionTrait>(
    c: &C,
    tenants: &BTreeSet<Uuid>,
    rows: &[deliveries::Model],
) -> Result<BTreeMap<Uuid, events::Model>, StoreError> {
    let backend: DbBackend = c.get_database_backend();
    let sql = format!("SELECT * FROM events WHERE tenant_id {} AND id {}", any::of_ids(backend, 1), any::of_ids(backend, 2));
    let values = [any::ids(backend, tenants.iter().copied()), any::ids(backend, rows.iter().map(|row| row.event_id))];
    let list = events::Entity::find().from_raw_sql(Statement::from_sql_and_values(backend, sql, values)).all(c).await?;
    Ok(list.into_iter().map(|row| (row.id, row)).collect())
}
