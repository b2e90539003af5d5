//! What came of a batch of deliveries: attempts, next tries and the health of endpoints, in one transaction.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use relance_domain::{
    breaker::Turn,
    event::EventType,
    ids::{DeliveryId, EndpointId, TenantId},
    records::{EndpointRecord, EventObject},
};
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{endpoints, health};
use crate::{
    Scope, Store, StoreError,
    batch::{self, OnConflict},
    change::{self, Change, Kind},
    entity::{delivery_attempts, webhook_endpoints},
    notices,
    outbox::{self, NewEvent},
    tenants,
    time::millis,
};

/// What was said and answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptLog {
    /// When (real time).
    pub at: DateTime<Utc>,
    /// How long, in milliseconds.
    pub duration_ms: i64,
    /// Status of the answer.
    pub status_code: Option<i32>,
    /// Why there was none.
    pub error: Option<String>,
    /// Beginning of the answer's body.
    pub response: Option<String>,
    /// What was sent.
    pub request: Option<RequestLog>,
}

/// What was sent, but for the body itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestLog {
    /// `webhook-signature`.
    pub signature: String,
    /// SHA-256 of the body in hexadecimal.
    pub body_sha256: String,
    /// Its length.
    pub body_bytes: i32,
}

/// What becomes of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryResult {
    /// The receiver took it.
    Delivered,
    /// Try again then.
    Retry(DateTime<Utc>),
    /// Not tried again by itself: out of attempts, or it can never succeed.
    Failed,
    /// Its event is no longer kept: nothing was posted, and nothing is known of the receiver.
    Expired,
    /// The receiver does not want this event.
    Dropped,
    /// The receiver wants no event any more: the endpoint is disabled, this delivery failed.
    Gone,
    /// It was not tried: somebody else may.
    NotTried,
}

/// The outcome of one claimed delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryOutcome {
    /// Tenant.
    pub tenant: TenantId,
    /// Delivery.
    pub id: DeliveryId,
    /// Its endpoint.
    pub endpoint: EndpointId,
    /// Attempts made before this one.
    pub attempts: i32,
    /// The attempt, if one was made.
    pub attempt: Option<AttemptLog>,
    /// What becomes of it.
    pub result: DeliveryResult,
}

/// Writes `outcomes` of what `worker` claimed; those of an endpoint whose lease went to somebody else are left alone.
/// Returns how many were written.
///
/// # Errors
/// The database's; nothing is half written.
pub async fn finish(store: &Store, worker: &str, outcomes: &[DeliveryOutcome]) -> Result<usize, StoreError> {
    if outcomes.is_empty() {
        return Ok(0);
    }
    let tx = store.write(Scope::System).await?;
    let endpoints = held(&tx, worker, outcomes).await?;
    let kept: Vec<&DeliveryOutcome> = outcomes.iter().filter(|outcome| endpoints.contains_key(&outcome.endpoint.0)).collect();
    let attempts: Vec<delivery_attempts::Model> = kept.iter().filter_map(|outcome| attempt_row(outcome)).collect();
    batch::insert::<delivery_attempts::Entity, _>(&tx, &attempts, OnConflict::Keep).await?;
    settle(&tx, &kept).await?;
    let turned = judge_endpoints(&tx, endpoints, &kept, store.now()).await?;
    tell(store, &tx, turned).await?;
    store.commit(tx).await?;
    Ok(kept.len())
}

/// The endpoints of `outcomes` that `worker` still holds, locked.
async fn held<C: ConnectionTrait>(
    c: &C,
    worker: &str,
    outcomes: &[DeliveryOutcome],
) -> Result<BTreeMap<Uuid, webhook_endpoints::Model>, StoreError> {
    let tenants: BTreeSet<Uuid> = outcomes.iter().map(|outcome| outcome.tenant.0).collect();
    let ids: BTreeSet<Uuid> = outcomes.iter().map(|outcome| outcome.endpoint.0).collect();
    let query = webhook_endpoints::Entity::find()
        .filter(webhook_endpoints::Column::TenantId.is_in(tenants))
        .filter(webhook_endpoints::Column::Id.is_in(ids))
        .filter(webhook_endpoints::Column::LeaseBy.eq(worker))
        .order_by_asc(webhook_endpoints::Column::Id);
    let query = if c.get_database_backend() == DbBackend::Postgres { query.lock_exclusive() } else { query };
    Ok(query.all(c).await?.into_iter().map(|row| (row.id, row)).collect())
}

fn attempt_row(outcome: &DeliveryOutcome) -> Option<delivery_attempts::Model> {
    let attempt = outcome.attempt.as_ref()?;
    Some(delivery_attempts::Model {
        tenant_id: outcome.tenant.0,
        delivery_id: outcome.id.0,
        number: outcome.attempts + 1,
        at: millis(attempt.at),
        duration_ms: attempt.duration_ms,
        status_code: attempt.status_code,
        error: attempt.error.clone(),
        response: attempt.response.clone().map(|text| text.replace('\0', "\u{fffd}")), // PostgreSQL takes no NUL
        signature: attempt.request.as_ref().map(|request| request.signature.clone()),
        body_sha256: attempt.request.as_ref().map(|request| request.body_sha256.clone()),
        body_bytes: attempt.request.as_ref().map(|request| request.body_bytes),
    })
}

/// What becomes of the deliveries that were posted, or can never be.
async fn settle<C: ConnectionTrait>(c: &C, kept: &[&DeliveryOutcome]) -> Result<(), StoreError> {
    let row = |outcome: &&DeliveryOutcome| {
        let (status, next) = match outcome.result {
            DeliveryResult::Delivered => ("delivered", None),
            DeliveryResult::Retry(at) => ("pending", Some(millis(at))),
            DeliveryResult::Failed | DeliveryResult::Expired | DeliveryResult::Gone => ("failed", None),
            DeliveryResult::Dropped => ("dropped", None),
            DeliveryResult::NotTried => return None,
        };
        let made = outcome.attempts + i32::from(outcome.attempt.is_some());
        Some((outcome.tenant, vec![outcome.id.0.into(), outcome.attempts.into(), made.into(), status.into(), next.into()]))
    };
    let change = Change {
        table: "deliveries",
        columns: &[("id", Kind::Uuid), ("before", Kind::Big), ("made", Kind::Big), ("status", Kind::Text), ("next", Kind::Big)],
        set: "status = v.status, next_attempt_at = v.next, attempts = v.made",
        only: " AND t.attempts = v.before AND t.next_attempt_at IS NOT NULL",
    };
    change.apply_to_all(c, &kept.iter().filter_map(row).collect::<Vec<change::Row>>()).await.map(|_| ())
}

/// Weighs what came of the posts by endpoint, and frees those whose run is over; gives those of which others
/// should hear, as they are now.
async fn judge_endpoints<C: ConnectionTrait>(
    c: &C,
    endpoints: BTreeMap<Uuid, webhook_endpoints::Model>,
    kept: &[&DeliveryOutcome],
    now: DateTime<Utc>,
) -> Result<Vec<(EventType, webhook_endpoints::Model)>, StoreError> {
    let (mut changed, mut turned) = (Vec::new(), Vec::new());
    for mut row in endpoints.into_values() {
        let mut turns = Vec::new();
        let id = row.id;
        for outcome in kept.iter().filter(|outcome| outcome.endpoint.0 == id) {
            turns.extend(weigh(&mut row, outcome, now)?);
            row.lease_left -= 1;
        }
        if row.lease_left <= 0 {
            (row.lease_until, row.lease_by, row.lease_left) = (None, None, 0);
        }
        row.row_version += i64::from(!turns.is_empty());
        turned.extend(turns.into_iter().map(|kind| (kind, row.clone())));
        changed.push(health_row(row));
    }
    HEALTH.apply_to_all(c, &changed).await?;
    Ok(turned)
}

/// What a run changes of an endpoint: no more of the row is written.
const HEALTH: Change<'static> = Change {
    table: "webhook_endpoints",
    columns: &[
        ("id", Kind::Uuid),
        ("breaker", Kind::Text),
        ("state", Kind::Text),
        ("late", Kind::Bool),
        ("probe_at", Kind::Big),
        ("status", Kind::Text),
        ("reason", Kind::Text),
        ("version", Kind::Big),
        ("until", Kind::Big),
        ("by", Kind::Text),
        ("count", Kind::Big),
    ],
    set: "breaker = v.breaker, breaker_state = v.state, late = v.late, probe_at = v.probe_at, status = v.status, \
          disabled_reason = v.reason, row_version = v.version, lease_until = v.until, lease_by = v.by, lease_left = v.count",
    only: "",
};

fn health_row(row: webhook_endpoints::Model) -> change::Row {
    let values = vec![
        row.id.into(),
        row.breaker.into(),
        row.breaker_state.into(),
        row.late.into(),
        row.probe_at.into(),
        row.status.into(),
        row.disabled_reason.into(),
        row.row_version.into(),
        row.lease_until.into(),
        row.lease_by.into(),
        row.lease_left.into(),
    ];
    (TenantId(row.tenant_id), values)
}

fn weigh(row: &mut webhook_endpoints::Model, outcome: &DeliveryOutcome, now: DateTime<Utc>) -> Result<Option<EventType>, StoreError> {
    let good = match outcome.result {
        DeliveryResult::Delivered | DeliveryResult::Dropped => true,
        DeliveryResult::Retry(_) | DeliveryResult::Failed => false,
        DeliveryResult::Gone => return Ok(disable(row, "gone")),
        DeliveryResult::NotTried | DeliveryResult::Expired => return Ok(None),
    };
    let mut breaker = health::read(row)?;
    let turn = breaker.after(good, now);
    health::write(row, &breaker)?;
    Ok(match turn {
        Some(Turn::Failing) => Some(EventType::WebhookEndpointFailing),
        Some(Turn::Recovered) => Some(EventType::WebhookEndpointRecovered),
        Some(Turn::Hopeless) => disable(row, "only_failures"),
        None => None,
    })
}

fn disable(row: &mut webhook_endpoints::Model, reason: &str) -> Option<EventType> {
    if row.status != "enabled" {
        return None;
    }
    (row.status, row.disabled_reason) = ("disabled".to_owned(), Some(reason.to_owned()));
    Some(EventType::WebhookEndpointDisabled)
}

/// Tells the tenants' other endpoints, and the feed; that one is disabled, the tenant by mail too.
async fn tell<C: ConnectionTrait>(store: &Store, c: &C, turned: Vec<(EventType, webhook_endpoints::Model)>) -> Result<(), StoreError> {
    let mut by_tenant: BTreeMap<Uuid, Vec<(EventType, EndpointRecord)>> = BTreeMap::new();
    for (kind, row) in turned {
        by_tenant.entry(row.tenant_id).or_default().push((kind, endpoints::record(&row)?));
    }
    let real_now = store.now();
    for (tenant, turned) in by_tenant {
        let at = tenants::now(c, TenantId(tenant), real_now).await?;
        for (_, endpoint) in turned.iter().filter(|(kind, _)| *kind == EventType::WebhookEndpointDisabled) {
            notices::announce(c, TenantId(tenant), endpoint, at, real_now).await?;
        }
        let event = |(kind, endpoint): (EventType, EndpointRecord)| {
            NewEvent::new(kind, endpoint.id.0, EventObject::WebhookEndpoint(Box::new(endpoint)))
        };
        let events = turned.into_iter().map(event).collect();
        outbox::append(c, TenantId(tenant), at, real_now, events).await?;
    }
    Ok(())
}
