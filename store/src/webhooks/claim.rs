//! Claiming due deliveries: an endpoint is worked on by one claim at a time; its run ends with the lease or
//! with [`super::finish`]. While its breaker is open, one delivery goes as a probe, when its time has come.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use relance_domain::{
    breaker::{Breaker, BreakerState},
    ids::{DeliveryId, EndpointId, EventId, TenantId},
    records::EventRecord,
};
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QuerySelect, Statement, Value};
use uuid::Uuid;

use super::{
    health,
    in_order::only_firsts,
    secrets::Secrets,
    waiting::{Lane, ready},
};
use crate::{
    Scope, Store, StoreError, any,
    entity::{deliveries, events, tenants, webhook_endpoints},
    events as feed,
    time::millis,
};

/// Endpoints in one claim.
const MOST_ENDPOINTS: usize = 64;

/// Deliveries of one endpoint in one claim.
const LONGEST_RUN: usize = 32;

/// Deliveries looked at for an endpoint that wants them in order: most may stand behind each other.
const LOOKED_AT: usize = 256;

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
    /// The event, or its content, is no longer kept.
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
    /// Version of the body.
    pub api_version: String,
    /// Secrets that sign now, the newest first.
    pub secrets: Vec<String>,
    /// The endpoint's health when it was claimed.
    pub breaker: Breaker,
    /// What it carries.
    pub event: ClaimedEvent,
    /// Attempts made before.
    pub attempts: i32,
    /// Of these, made before it was last queued by hand: they do not count against the table of pauses.
    pub queued_after: i32,
}

/// Claims due deliveries of a lane for `lease_ms`: at most `limit`, unless so many endpoints wait that each
/// gets four. What the claimer does not [`super::finish`] is due again when the lease ends.
///
/// # Errors
/// The database's.
pub async fn claim_deliveries(
    store: &Store,
    lane: Lane,
    worker: &str,
    limit: usize,
    lease_ms: i64,
) -> Result<Vec<ClaimedDelivery>, StoreError> {
    let now = store.now();
    let look = store.read(Scope::System).await?;
    let idle = ready(&look, now, lane, 1).await?.is_empty();
    look.commit().await?;
    if idle {
        return Ok(Vec::new()); // asked without the writer, since most often nothing is due
    }
    let tx = store.write(Scope::System).await?;
    if store.is_postgres() {
        tx.execute_unprepared("SELECT pg_advisory_xact_lock(727102)").await?; // one claim at a time: an endpoint is in one run only
    }
    let endpoints = endpoints_of(&tx, &ready(&tx, now, lane, limit.clamp(1, MOST_ENDPOINTS)).await?).await?;
    let rows = only_firsts(&tx, due_rows(&tx, now, &endpoints, limit).await?, millis(now)).await?;
    let rows = shortened(rows, &endpoints, now, run_of(limit, endpoints.len()));
    let until = now.checked_add_signed(TimeDelta::milliseconds(lease_ms)).unwrap_or(now);
    lease(&tx, &rows, worker, until).await?;
    probing(&tx, &endpoints, &rows).await?;
    let claimed = complete(store, &tx, rows, &endpoints, now).await?;
    tx.commit().await?; // no bell: nothing new became due
    Ok(claimed)
}

/// An endpoint that can be worked on, and its health.
struct Ready {
    row: webhook_endpoints::Model,
    breaker: Breaker,
}

impl Ready {
    /// How many of its deliveries may go at `now`.
    fn most(&self, now: DateTime<Utc>, run: usize) -> usize {
        self.breaker.admits(now).unwrap_or(run).min(run)
    }
}

async fn endpoints_of<C: ConnectionTrait>(c: &C, ready: &[(Uuid, Uuid)]) -> Result<BTreeMap<Uuid, Ready>, StoreError> {
    if ready.is_empty() {
        return Ok(BTreeMap::new());
    }
    let list = webhook_endpoints::Entity::find()
        .filter(webhook_endpoints::Column::TenantId.is_in(ready.iter().map(|(tenant, _)| *tenant)))
        .filter(webhook_endpoints::Column::Id.is_in(ready.iter().map(|(_, endpoint)| *endpoint)))
        .all(c)
        .await?;
    let with_health = |row: webhook_endpoints::Model| Ok((row.id, Ready { breaker: health::read(&row)?, row }));
    list.into_iter().map(with_health).collect()
}

fn run_of(limit: usize, endpoints: usize) -> usize {
    (limit / endpoints.max(1)).clamp(4, LONGEST_RUN)
}

/// The longest due deliveries of each endpoint, as many of each; of one that is probed, one.
async fn due_rows<C: ConnectionTrait>(
    c: &C,
    now: DateTime<Utc>,
    endpoints: &BTreeMap<Uuid, Ready>,
    limit: usize,
) -> Result<Vec<deliveries::Model>, StoreError> {
    if endpoints.is_empty() {
        return Ok(Vec::new());
    }
    let run = run_of(limit, endpoints.len());
    let mut values: Vec<Value> = vec![millis(now).into()];
    let mut parts = Vec::with_capacity(endpoints.len());
    for (endpoint, ready) in endpoints {
        let at = values.len();
        values.extend([ready.row.tenant_id.into(), (*endpoint).into()]);
        let most = if ready.row.ordering == "subject" { LOOKED_AT } else { ready.most(now, run) };
        parts.push(format!(
            "SELECT * FROM (SELECT * FROM deliveries WHERE tenant_id = ${} AND endpoint_id = ${} AND next_attempt_at <= $1 \
             ORDER BY next_attempt_at, position, id LIMIT {most}) AS run{at}",
            at + 1,
            at + 2
        ));
    }
    let backend = c.get_database_backend();
    let statement = Statement::from_sql_and_values(backend, parts.join(" UNION ALL "), values);
    Ok(deliveries::Entity::find().from_raw_sql(statement).all(c).await?)
}

/// At most `run` of each endpoint, or the one that probes it.
fn shortened(rows: Vec<deliveries::Model>, endpoints: &BTreeMap<Uuid, Ready>, now: DateTime<Utc>, run: usize) -> Vec<deliveries::Model> {
    let mut taken: BTreeMap<Uuid, usize> = BTreeMap::new();
    let mut fits = |row: &deliveries::Model| {
        let count = taken.entry(row.endpoint_id).or_default();
        *count += 1;
        endpoints.get(&row.endpoint_id).is_some_and(|ready| *count <= ready.most(now, run))
    };
    rows.into_iter().filter(|row| fits(row)).collect()
}

/// Says of endpoints whose breaker is open that a probe is on its way.
async fn probing<C: ConnectionTrait>(c: &C, endpoints: &BTreeMap<Uuid, Ready>, rows: &[deliveries::Model]) -> Result<(), StoreError> {
    let probed: Vec<&Ready> = endpoints.values().filter(|ready| ready.breaker.state == BreakerState::Open).collect();
    if probed.is_empty() || rows.is_empty() {
        return Ok(());
    }
    let sql = format!(
        "UPDATE webhook_endpoints SET breaker_state = 'half_open' WHERE tenant_id {} AND id {} AND breaker_state = 'open'",
        any::of_ids(c.get_database_backend(), 1),
        any::of_ids(c.get_database_backend(), 2)
    );
    let tenants: BTreeSet<Uuid> = probed.iter().map(|ready| ready.row.tenant_id).collect();
    let backend = c.get_database_backend();
    let values = [any::ids(backend, tenants), any::ids(backend, probed.iter().map(|ready| ready.row.id))];
    c.execute_raw(Statement::from_sql_and_values(backend, sql, values)).await?;
    Ok(())
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
    endpoints: &BTreeMap<Uuid, Ready>,
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
    let mut secrets = BTreeMap::new();
    for Ready { row: endpoint, .. } in endpoints.values() {
        let (tenant, id) = (TenantId(endpoint.tenant_id), EndpointId(endpoint.id));
        let opened = Secrets::open(c, &store.cipher, tenant, id, &endpoint.sealed_secrets).await?;
        secrets.insert(endpoint.id, opened.valid(now));
    }
    let events = events_of(c, &tenant_ids, &rows).await?;
    let mut claimed = Vec::with_capacity(rows.len());
    for row in rows {
        let Some(Ready { row: endpoint, breaker }) = endpoints.get(&row.endpoint_id) else { continue };
        let live = live.get(&row.tenant_id).copied().unwrap_or_default();
        let event = match (row.test_type, events.get(&row.event_id)) {
            (Some(kind), _) => ClaimedEvent::Sample { id: EventId(row.event_id), kind, live },
            (None, Some(event)) => {
                let event = feed::record(event.clone(), live)?;
                let can_go = event.object.is_some() || endpoint.payload == "thin";
                if can_go { ClaimedEvent::Event(Box::new(event)) } else { ClaimedEvent::Expired(event.id) }
            }
            (None, None) => ClaimedEvent::Expired(EventId(row.event_id)),
        };
        claimed.push(ClaimedDelivery {
            tenant: TenantId(row.tenant_id),
            id: DeliveryId(row.id),
            endpoint: EndpointId(row.endpoint_id),
            url: endpoint.url.clone(),
            payload: endpoint.payload.clone(),
            api_version: endpoint.api_version.clone(),
            breaker: breaker.clone(),
            secrets: secrets.get(&row.endpoint_id).cloned().unwrap_or_default(),
            event,
            attempts: row.attempts,
            queued_after: row.queued_after,
        });
    }
    Ok(claimed)
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
