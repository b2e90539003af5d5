//! The log of deliveries.

use chrono::{DateTime, Utc};
use relance_domain::{
    ids::{DeliveryId, EndpointId, EventId, TenantId},
    records::{DeliveryAttemptRecord, DeliveryRecord},
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, Query},
};
use std::collections::BTreeMap;
use uuid::Uuid;

use crate::{
    StoreError,
    entity::{
        deliveries::{Column, Entity, Model},
        delivery_attempts, events,
    },
    time::{instant, millis},
};

/// Which deliveries of an endpoint.
#[derive(Debug, Clone, Default)]
pub struct DeliveryFilter {
    /// With one of these statuses; empty: any.
    pub statuses: Vec<String>,
    /// Of events of these types; empty: any.
    pub types: Vec<String>,
    /// Made from then on.
    pub since: Option<DateTime<Utc>>,
    /// Made before.
    pub until: Option<DateTime<Utc>>,
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

/// Rows as they are shown, with the types of their events.
pub(super) async fn records<C: ConnectionTrait>(c: &C, tenant: TenantId, rows: Vec<Model>) -> Result<Vec<DeliveryRecord>, StoreError> {
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
    if let Some(since) = filter.since {
        query = query.filter(Expr::col(Column::CreatedAt).gte(millis(since)));
    }
    if let Some(until) = filter.until {
        query = query.filter(Expr::col(Column::CreatedAt).lt(millis(until)));
    }
    if !filter.types.is_empty() {
        let types = || filter.types.iter().map(String::as_str);
        let of_type = Query::select()
            .expr(Expr::value(1))
            .from(events::Entity)
            .and_where(Expr::col((events::Entity, events::Column::TenantId)).equals((Entity, Column::TenantId)))
            .and_where(Expr::col((events::Entity, events::Column::Id)).equals((Entity, Column::EventId)))
            .and_where(Expr::col((events::Entity, events::Column::Type)).is_in(types()))
            .to_owned();
        query = query.filter(Condition::any().add(Column::TestType.is_in(types())).add(Expr::exists(of_type)));
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
            signature: row.signature,
            body_sha256: row.body_sha256,
            body_bytes: row.body_bytes,
        })
        .collect())
}
