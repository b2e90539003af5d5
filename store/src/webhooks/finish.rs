//! What came of a batch of deliveries: attempts, next tries and the health of endpoints, in one transaction.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use relance_domain::{
    breaker::Turn,
    event::EventType,
    ids::{DeliveryId, EndpointId, TenantId},
    records::EventObject,
};
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{endpoints, health};
use crate::{
    Scope, Store, StoreError,
    batch::{self, OnConflict},
    entity::{deliveries, delivery_attempts, webhook_endpoints},
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

/// Writes `outcomes` of what `worker` claimed; one whose lease went to somebody else is left alone.
/// Returns how many were written.
///
/// # Errors
/// The database's; nothing is half written.
pub async fn finish(store: &Store, worker: &str, outcomes: &[DeliveryOutcome]) -> Result<usize, StoreError> {
    if outcomes.is_empty() {
        return Ok(0);
    }
    let tx = store.write(Scope::System).await?;
    let ours = held(&tx, worker, outcomes).await?;
    let kept: Vec<&DeliveryOutcome> =
        outcomes.iter().filter(|outcome| ours.get(&outcome.id.0).is_some_and(|row| row.attempts == outcome.attempts)).collect();
    let attempts: Vec<delivery_attempts::Model> = kept.iter().filter_map(|outcome| attempt_row(outcome)).collect();
    batch::insert::<delivery_attempts::Entity, _>(&tx, &attempts, OnConflict::Keep).await?;
    let rows: Vec<deliveries::Model> = kept.iter().filter_map(|outcome| Some(settle(ours.get(&outcome.id.0)?.clone(), outcome))).collect();
    batch::insert::<deliveries::Entity, _>(&tx, &rows, OnConflict::Replace).await?;
    let turned = judge_endpoints(&tx, &kept, store.now()).await?;
    tell(store, &tx, turned).await?;
    store.commit(tx).await?;
    Ok(kept.len())
}

/// Rows that `worker` still holds, locked.
async fn held<C: ConnectionTrait>(
    c: &C,
    worker: &str,
    outcomes: &[DeliveryOutcome],
) -> Result<BTreeMap<Uuid, deliveries::Model>, StoreError> {
    let tenants: BTreeSet<Uuid> = outcomes.iter().map(|outcome| outcome.tenant.0).collect();
    let query = deliveries::Entity::find()
        .filter(deliveries::Column::TenantId.is_in(tenants))
        .filter(deliveries::Column::Id.is_in(outcomes.iter().map(|outcome| outcome.id.0)))
        .filter(deliveries::Column::LeaseBy.eq(worker))
        .order_by_asc(deliveries::Column::Id);
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

fn settle(mut row: deliveries::Model, outcome: &DeliveryOutcome) -> deliveries::Model {
    let (status, next) = match outcome.result {
        DeliveryResult::Delivered => ("delivered", None),
        DeliveryResult::Retry(at) => ("pending", Some(millis(at))),
        DeliveryResult::Failed | DeliveryResult::Expired | DeliveryResult::Gone => ("failed", None),
        DeliveryResult::Dropped => ("dropped", None),
        DeliveryResult::NotTried => ("pending", row.next_attempt_at),
    };
    row.status = status.to_owned();
    row.next_attempt_at = next;
    row.attempts += i32::from(outcome.attempt.is_some());
    (row.lease_until, row.lease_by) = (None, None);
    row
}

/// Weighs what came of the posts by endpoint; gives those of which others should hear, as they are now.
async fn judge_endpoints<C: ConnectionTrait>(
    c: &C,
    kept: &[&DeliveryOutcome],
    now: DateTime<Utc>,
) -> Result<Vec<(EventType, webhook_endpoints::Model)>, StoreError> {
    let tenants: BTreeSet<Uuid> = kept.iter().map(|outcome| outcome.tenant.0).collect();
    let ids: BTreeSet<Uuid> = kept.iter().map(|outcome| outcome.endpoint.0).collect();
    let query = webhook_endpoints::Entity::find()
        .filter(webhook_endpoints::Column::TenantId.is_in(tenants))
        .filter(webhook_endpoints::Column::Id.is_in(ids))
        .order_by_asc(webhook_endpoints::Column::Id);
    let query = if c.get_database_backend() == DbBackend::Postgres { query.lock_exclusive() } else { query };
    let (mut changed, mut turned) = (Vec::new(), Vec::new());
    for before in query.all(c).await? {
        let mut row = before.clone();
        let mut turns = Vec::new();
        for outcome in kept.iter().filter(|outcome| outcome.endpoint.0 == before.id) {
            turns.extend(weigh(&mut row, outcome, now)?);
        }
        if !turns.is_empty() {
            row.row_version += 1;
            turned.extend(turns.into_iter().map(|kind| (kind, row.clone())));
        }
        if row != before {
            changed.push(row);
        }
    }
    batch::insert::<webhook_endpoints::Entity, _>(c, &changed, OnConflict::Replace).await?;
    Ok(turned)
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

/// Tells the tenants' other endpoints, and the feed.
async fn tell<C: ConnectionTrait>(store: &Store, c: &C, turned: Vec<(EventType, webhook_endpoints::Model)>) -> Result<(), StoreError> {
    let mut by_tenant: BTreeMap<Uuid, Vec<NewEvent>> = BTreeMap::new();
    for (kind, row) in turned {
        let object = EventObject::WebhookEndpoint(Box::new(endpoints::record(&row)?));
        by_tenant.entry(row.tenant_id).or_default().push(NewEvent::new(kind, row.id, object));
    }
    let real_now = store.now();
    for (tenant, events) in by_tenant {
        let at = tenants::now(c, TenantId(tenant), real_now).await?;
        outbox::append(c, TenantId(tenant), at, real_now, events).await?;
    }
    Ok(())
}
