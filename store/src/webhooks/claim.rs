//! Claiming due deliveries. What is leased is the endpoint, not each delivery: it is worked on by one claim at a
//! time, and its run ends when the lease does, or when [`super::finish`] has settled the last of it. While its breaker is open, one delivery goes as a probe, when its time has come.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use relance_domain::{
    breaker::Breaker,
    ids::{DeliveryId, EndpointId, EventId, TenantId},
    records::EventRecord,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, Statement};
use uuid::Uuid;

use super::{
    runs::{Ready, runs, with_health},
    secrets::Secrets,
    waiting::{Lane, ready},
};
use crate::{
    Scope, Store, StoreError, any,
    change::{self, Change, Kind},
    entity::{deliveries, events, tenants},
    events as feed,
    time::millis,
};

/// One claim at a time: an endpoint is in one run only. A lease that a crash of the database forgets is only a
/// delivery that is due again: the commit waits for no disk.
const ALONE: &str = "SET LOCAL synchronous_commit TO OFF; SELECT pg_advisory_xact_lock(727102)";

/// Endpoints in one claim.
const MOST_ENDPOINTS: usize = 64;

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
    if !store.is_postgres() && idle(store, lane, now).await? {
        return Ok(Vec::new()); // asked without the one writer there is, since most often nothing is due
    }
    let tx = store.write(Scope::System).await?;
    if store.is_postgres() {
        tx.execute_unprepared(ALONE).await?;
    }
    let endpoints = with_health(ready(&tx, now, lane, limit.clamp(1, MOST_ENDPOINTS)).await?)?;
    let rows = runs(&tx, &endpoints, now, limit).await?;
    let until = now.checked_add_signed(TimeDelta::milliseconds(lease_ms)).unwrap_or(now);
    lease(&tx, &rows, &endpoints, worker, until).await?;
    let claimed = complete(store, &tx, rows, &endpoints, now).await?;
    tx.commit().await?; // no bell: nothing new became due
    Ok(claimed)
}

async fn idle(store: &Store, lane: Lane, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let look = store.read(Scope::System).await?;
    let idle = ready(&look, now, lane, 1).await?.is_empty();
    look.commit().await?;
    Ok(idle)
}

/// Leases the endpoints of `rows`, and says of those whose breaker is open that a probe is on its way.
async fn lease<C: ConnectionTrait>(
    c: &C,
    rows: &[deliveries::Model],
    endpoints: &BTreeMap<Uuid, Ready>,
    worker: &str,
    until: DateTime<Utc>,
) -> Result<(), StoreError> {
    let mut runs: BTreeMap<Uuid, i64> = BTreeMap::new();
    for row in rows {
        *runs.entry(row.endpoint_id).or_default() += 1;
    }
    let leased: Vec<change::Row> = runs
        .into_iter()
        .filter_map(|(id, count)| {
            let mut breaker = endpoints.get(&id)?.breaker.clone();
            breaker.probe();
            let tenant = TenantId(endpoints.get(&id)?.row.tenant_id);
            Some((tenant, vec![id.into(), millis(until).into(), worker.into(), count.into(), breaker.state.as_str().into()]))
        })
        .collect();
    let change = Change {
        table: "webhook_endpoints",
        columns: &[("id", Kind::Uuid), ("until", Kind::Big), ("by", Kind::Text), ("count", Kind::Big), ("state", Kind::Text)],
        set: "lease_until = v.until, lease_by = v.by, lease_left = v.count, breaker_state = v.state",
        only: "",
    };
    change.apply_to_all(c, &leased).await.map(|_| ())
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
    let events = events_of(c, &rows).await?;
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

async fn events_of<C: ConnectionTrait>(c: &C, rows: &[deliveries::Model]) -> Result<BTreeMap<Uuid, events::Model>, StoreError> {
    let backend = c.get_database_backend();
    let values = any::key_lists(backend, rows.iter().map(|row| (row.tenant_id, row.event_id)));
    let statement = Statement::from_sql_and_values(backend, any::keyed(backend, "events", 1), values);
    let list = events::Entity::find().from_raw_sql(statement).all(c).await?;
    Ok(list.into_iter().map(|row| (row.id, row)).collect())
}
