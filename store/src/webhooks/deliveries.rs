//! The log of deliveries, and sending again by hand.

use chrono::{DateTime, Utc};
use relance_domain::{
    event::EventType,
    ids::{DeliveryId, EndpointId, EventId, TenantId},
    records::{DeliveryAttemptRecord, DeliveryRecord},
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Select,
    sea_query::{Expr, ExprTrait},
};
use std::collections::BTreeMap;
use uuid::Uuid;

use crate::{
    StoreError,
    entity::{
        deliveries::{Column, Entity, Model},
        delivery_attempts, events, webhook_endpoints,
    },
    time::{instant, millis},
};

/// Which deliveries of an endpoint.
#[derive(Debug, Clone, Default)]
pub struct DeliveryFilter {
    /// With one of these statuses; empty: any.
    pub statuses: Vec<String>,
}

fn record(row: Model, types: &BTreeMap<Uuid, String>) -> DeliveryRecord {
    DeliveryRecord {
        id: DeliveryId(row.id),
        endpoint_id: EndpointId(row.endpoint_id),
        event_id: EventId(row.event_id),
        test: row.test_type.is_some(),
        event_type: row.test_type.or_else(|| types.get(&row.event_id).cloned()),
        status: row.status,
        attempts: row.attempts,
        next_attempt_at: row.next_attempt_at.map(instant),
        created_at: instant(row.created_at),
    }
}

async fn records<C: ConnectionTrait>(c: &C, tenant: TenantId, rows: Vec<Model>) -> Result<Vec<DeliveryRecord>, StoreError> {
    let types: Vec<(Uuid, String)> = events::Entity::find()
        .select_only()
        .columns([events::Column::Id, events::Column::Type])
        .filter(events::Column::TenantId.eq(tenant.0))
        .filter(events::Column::Id.is_in(rows.iter().map(|row| row.event_id)))
        .into_tuple()
        .all(c)
        .await?;
    let types = types.into_iter().collect();
    Ok(rows.into_iter().map(|row| record(row, &types)).collect())
}

/// Deliveries to an endpoint, newest first, older than `after`.
///
/// # Errors
/// [`StoreError::NotFound`] when there is no such endpoint, or the database's.
pub async fn deliveries<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    endpoint: EndpointId,
    filter: &DeliveryFilter,
    after: Option<Uuid>,
    limit: u64,
) -> Result<Vec<DeliveryRecord>, StoreError> {
    super::get(c, tenant, endpoint).await?;
    let mut query = Entity::find()
        .filter(Column::TenantId.eq(tenant.0))
        .filter(Column::EndpointId.eq(endpoint.0))
        .order_by_desc(Column::Id)
        .limit(limit);
    if !filter.statuses.is_empty() {
        query = query.filter(Column::Status.is_in(filter.statuses.iter().map(String::as_str)));
    }
    if let Some(after) = after {
        query = query.filter(Column::Id.lt(after));
    }
    let rows = query.all(c).await?;
    records(c, tenant, rows).await
}

async fn row<C: ConnectionTrait>(c: &C, tenant: TenantId, id: DeliveryId) -> Result<Model, StoreError> {
    let query = Entity::find_by_id((tenant.0, id.0));
    query.one(c).await?.ok_or(StoreError::NotFound)
}

/// One delivery.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub async fn delivery<C: ConnectionTrait>(c: &C, tenant: TenantId, id: DeliveryId) -> Result<DeliveryRecord, StoreError> {
    let row = row(c, tenant, id).await?;
    records(c, tenant, vec![row]).await?.pop().ok_or(StoreError::NotFound)
}

/// Attempts of a delivery, newest first, below number `after`.
///
/// # Errors
/// [`StoreError::NotFound`] when there is no such delivery, or the database's.
pub async fn attempts<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    id: DeliveryId,
    after: Option<i32>,
    limit: u64,
) -> Result<Vec<DeliveryAttemptRecord>, StoreError> {
    use delivery_attempts::Column as Attempt;
    row(c, tenant, id).await?;
    let mut query = delivery_attempts::Entity::find()
        .filter(Attempt::TenantId.eq(tenant.0))
        .filter(Attempt::DeliveryId.eq(id.0))
        .order_by_desc(Attempt::Number)
        .limit(limit);
    if let Some(after) = after {
        query = query.filter(Attempt::Number.lt(after));
    }
    let rows = query.all(c).await?;
    Ok(rows
        .into_iter()
        .map(|row| DeliveryAttemptRecord {
            number: row.number,
            at: instant(row.at),
            duration_ms: row.duration_ms,
            status_code: row.status_code,
            error: row.error,
            response: row.response,
        })
        .collect())
}

/// Queues a settled delivery again, whatever came of it; one that waits goes at once.
///
/// # Errors
/// [`StoreError::NotFound`]; [`StoreError::WrongState`] when its event is no longer kept, its endpoint is
/// gone or disabled, or it is being posted right now; or the database's.
pub async fn resend<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    id: DeliveryId,
    real_now: DateTime<Utc>,
) -> Result<DeliveryRecord, StoreError> {
    let query = Entity::find_by_id((tenant.0, id.0));
    let query = if c.get_database_backend() == DbBackend::Postgres { query.lock_exclusive() } else { query };
    let mut row = query.one(c).await?.ok_or(StoreError::NotFound)?;
    let endpoint = webhook_endpoints::Entity::find_by_id((tenant.0, row.endpoint_id)).one(c).await?;
    if endpoint.is_none_or(|endpoint| endpoint.status != "enabled") {
        return Err(StoreError::WrongState("Its endpoint is disabled or gone: enable it first.".to_owned()));
    }
    if row.test_type.is_none() && events::Entity::find_by_id((tenant.0, row.event_id)).one(c).await?.is_none() {
        return Err(StoreError::WrongState("Its event is no longer kept.".to_owned()));
    }
    if row.lease_until.is_some_and(|until| instant(until) > real_now) {
        return Err(StoreError::WrongState("It is being posted right now.".to_owned()));
    }
    row.status = "pending".to_owned();
    row.queued_after = row.attempts;
    row.next_attempt_at = Some(millis(real_now));
    (row.lease_until, row.lease_by) = (None, None);
    row.clone().into_active_model().reset_all().update(c).await?;
    records(c, tenant, vec![row]).await?.pop().ok_or(StoreError::NotFound)
}

fn failed(tenant: TenantId, endpoint: EndpointId, since: DateTime<Utc>) -> Select<Entity> {
    Entity::find()
        .filter(Column::TenantId.eq(tenant.0))
        .filter(Column::EndpointId.eq(endpoint.0))
        .filter(Column::Status.eq("failed"))
        .filter(Column::CreatedAt.gte(millis(since)))
}

/// How many deliveries made since `since` failed for good.
///
/// # Errors
/// [`StoreError::NotFound`] when there is no such endpoint, or the database's.
pub async fn count_failed<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    endpoint: EndpointId,
    since: DateTime<Utc>,
) -> Result<u64, StoreError> {
    super::get(c, tenant, endpoint).await?;
    Ok(failed(tenant, endpoint, since).count(c).await?)
}

/// Queues all of them again; how many that were.
///
/// # Errors
/// [`StoreError::NotFound`]; [`StoreError::WrongState`] when the endpoint is disabled; or the database's.
pub async fn recover<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    endpoint: EndpointId,
    since: DateTime<Utc>,
    real_now: DateTime<Utc>,
) -> Result<u64, StoreError> {
    if super::get(c, tenant, endpoint).await?.status != "enabled" {
        return Err(StoreError::WrongState("The endpoint is disabled: enable it first.".to_owned()));
    }
    let done = Entity::update_many()
        .col_expr(Column::Status, Expr::value("pending"))
        .col_expr(Column::QueuedAfter, Expr::col(Column::Attempts))
        .col_expr(Column::NextAttemptAt, Expr::value(millis(real_now)))
        .filter(Column::TenantId.eq(tenant.0))
        .filter(Column::EndpointId.eq(endpoint.0))
        .filter(Column::Status.eq("failed"))
        .filter(Expr::col(Column::CreatedAt).gte(millis(since)))
        .exec(c)
        .await?;
    Ok(done.rows_affected)
}

/// Queues a sample of `kind` for one endpoint, whichever types it wants. No event enters the feed.
///
/// # Errors
/// [`StoreError::NotFound`]; [`StoreError::WrongState`] when the endpoint is disabled; or the database's.
pub async fn try_out<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    endpoint: EndpointId,
    kind: EventType,
    real_now: DateTime<Utc>,
) -> Result<DeliveryRecord, StoreError> {
    if super::get(c, tenant, endpoint).await?.status != "enabled" {
        return Err(StoreError::WrongState("The endpoint is disabled: enable it first.".to_owned()));
    }
    let row = Model {
        tenant_id: tenant.0,
        id: Uuid::now_v7(),
        endpoint_id: endpoint.0,
        event_id: Uuid::now_v7(),
        status: "pending".to_owned(),
        attempts: 0,
        next_attempt_at: Some(millis(real_now)),
        lease_until: None,
        lease_by: None,
        queued_after: 0,
        test_type: Some(kind.as_str().to_owned()),
        created_at: millis(real_now),
    };
    row.clone().into_active_model().insert(c).await?;
    Ok(record(row, &BTreeMap::new()))
}
