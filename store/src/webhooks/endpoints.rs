//! Webhook endpoints of a tenant.

use chrono::{DateTime, TimeDelta, Utc};
use relance_domain::{
    breaker::Breaker,
    ids::{EndpointId, TenantId},
    records::EndpointRecord,
};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait},
};
use uuid::Uuid;

use super::{health, in_order, secrets::Secrets};
use crate::{
    Store, StoreError,
    entity::{
        deliveries,
        webhook_endpoints::{ActiveModel, Column, Entity, Model},
    },
    json,
    time::{instant, millis},
};

const TABLE: &str = "webhook_endpoints";

/// Endpoints a tenant may have: every event is weighed against each of them when it is written.
pub const MAX_ENDPOINTS: u64 = 100;

/// How long after it was enabled by hand an endpoint cannot be enabled again.
const COOLDOWN: TimeDelta = TimeDelta::minutes(5);

/// An endpoint to be made. The address has been judged.
#[derive(Debug, Clone)]
pub struct NewEndpoint {
    /// Where to.
    pub url: String,
    /// Words.
    pub description: Option<String>,
    /// Types it wants: a type, a group (`invoice.*`), or `*`.
    pub event_types: Vec<String>,
    /// Segments of customers; empty: all.
    pub segments: Vec<String>,
    /// `full` or `thin`.
    pub payload: String,
    /// `none` or `subject`.
    pub ordering: String,
    /// Version of the bodies it gets.
    pub api_version: String,
}

/// What is to change; `None` stays.
#[derive(Debug, Clone, Default)]
pub struct EndpointChange {
    /// Where to.
    pub url: Option<String>,
    /// Words; `Some(None)` takes them away.
    pub description: Option<Option<String>>,
    /// Types it wants.
    pub event_types: Option<Vec<String>>,
    /// Segments of customers.
    pub segments: Option<Vec<String>>,
    /// `full` or `thin`.
    pub payload: Option<String>,
    /// `none` or `subject`.
    pub ordering: Option<String>,
    /// `enabled` or `disabled`.
    pub status: Option<String>,
}

pub(super) fn record(row: &Model) -> Result<EndpointRecord, StoreError> {
    Ok(EndpointRecord {
        id: EndpointId(row.id),
        url: row.url.clone(),
        description: row.description.clone(),
        event_types: json::read(TABLE, &row.event_types)?,
        segments: json::read(TABLE, &row.segments)?,
        payload: row.payload.clone(),
        ordering: row.ordering.clone(),
        api_version: row.api_version.clone(),
        status: row.status.clone(),
        disabled_reason: row.disabled_reason.clone(),
        breaker: health::read(row)?,
        row_version: row.row_version,
        created_at: instant(row.created_at),
    })
}

/// The endpoint as [`create`] would make it, with a nil id.
pub fn preview(new: NewEndpoint, now: DateTime<Utc>) -> EndpointRecord {
    EndpointRecord {
        id: EndpointId(Uuid::nil()),
        url: new.url,
        description: new.description,
        event_types: new.event_types,
        segments: new.segments,
        payload: new.payload,
        ordering: new.ordering,
        api_version: new.api_version,
        status: "enabled".to_owned(),
        disabled_reason: None,
        breaker: Breaker::default(),
        row_version: 1,
        created_at: now,
    }
}

/// Makes an endpoint; gives it and its secret, which is not shown again.
///
/// # Errors
/// [`StoreError::WrongState`] when there are [`MAX_ENDPOINTS`] already, or the database's.
pub async fn create<C: ConnectionTrait>(
    store: &Store,
    c: &C,
    tenant: TenantId,
    new: NewEndpoint,
    real_now: DateTime<Utc>,
) -> Result<(EndpointRecord, String), StoreError> {
    if Entity::find().filter(Column::TenantId.eq(tenant.0)).count(c).await? >= MAX_ENDPOINTS {
        return Err(StoreError::WrongState(format!("There are {MAX_ENDPOINTS} endpoints already: delete one first.")));
    }
    let secrets = Secrets::generate()?;
    let id = Uuid::now_v7();
    let mut row = Model {
        tenant_id: tenant.0,
        id,
        url: new.url,
        description: new.description,
        event_types: json::write(TABLE, &new.event_types)?,
        segments: json::write(TABLE, &new.segments)?,
        payload: new.payload,
        ordering: new.ordering,
        api_version: new.api_version,
        status: "enabled".to_owned(),
        disabled_reason: None,
        sealed_secrets: secrets.seal(c, &store.cipher, tenant, EndpointId(id)).await?,
        breaker: String::new(),
        breaker_state: String::new(),
        late: false,
        probe_at: None,
        enabled_at: None,
        lease_until: None,
        lease_by: None,
        lease_left: 0,
        row_version: 1,
        created_at: millis(real_now),
    };
    health::write(&mut row, &Breaker::default())?;
    let made = record(&row)?;
    row.into_active_model().insert(c).await?;
    Ok((made, secrets.newest()))
}

/// Endpoints, newest first, older than `after`.
///
/// # Errors
/// The database's.
pub async fn list<C: ConnectionTrait>(c: &C, tenant: TenantId, after: Option<Uuid>, limit: u64) -> Result<Vec<EndpointRecord>, StoreError> {
    let mut query = Entity::find().filter(Column::TenantId.eq(tenant.0)).order_by_desc(Column::Id).limit(limit);
    if let Some(after) = after {
        query = query.filter(Column::Id.lt(after));
    }
    query.all(c).await?.iter().map(record).collect()
}

/// One endpoint.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub async fn get<C: ConnectionTrait>(c: &C, tenant: TenantId, id: EndpointId) -> Result<EndpointRecord, StoreError> {
    record(&Entity::find_by_id((tenant.0, id.0)).one(c).await?.ok_or(StoreError::NotFound)?)
}

/// Locks the row until the end of the transaction.
async fn locked<C: ConnectionTrait>(c: &C, tenant: TenantId, id: EndpointId) -> Result<Model, StoreError> {
    let query = Entity::find_by_id((tenant.0, id.0));
    let query = if c.get_database_backend() == DbBackend::Postgres { query.lock_exclusive() } else { query };
    query.one(c).await?.ok_or(StoreError::NotFound)
}

/// Changes an endpoint if it is still at version `expected` (when one is given). Another URL is another
/// receiver: what was known of the health of the old one is forgotten.
///
/// # Errors
/// [`StoreError::NotFound`], [`StoreError::PreconditionFailed`], [`StoreError::WrongState`] when it was enabled
/// a moment ago, or the database's.
pub async fn update<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    id: EndpointId,
    expected: Option<i64>,
    change: EndpointChange,
    real_now: DateTime<Utc>,
) -> Result<EndpointRecord, StoreError> {
    let mut row = locked(c, tenant, id).await?;
    if expected.is_some_and(|version| version != row.row_version) {
        return Err(StoreError::PreconditionFailed);
    }
    let before = row.clone();
    row.url = change.url.unwrap_or(row.url);
    row.description = change.description.unwrap_or(row.description);
    row.payload = change.payload.unwrap_or(row.payload);
    row.ordering = change.ordering.unwrap_or(row.ordering);
    if let Some(types) = change.event_types {
        row.event_types = json::write(TABLE, &types)?;
    }
    if let Some(segments) = change.segments {
        row.segments = json::write(TABLE, &segments)?;
    }
    if row.url != before.url {
        health::write(&mut row, &Breaker::default())?;
    }
    match change.status.as_deref() {
        Some("enabled") => let_in(&mut row, real_now)?,
        Some("disabled") if row.status != "disabled" => {
            (row.status, row.disabled_reason) = ("disabled".to_owned(), Some("by_hand".to_owned()));
        }
        _ => {}
    }
    if row.ordering != before.ordering {
        in_order::arrange(c, tenant, id, row.ordering == "subject").await?;
    }
    if row != before {
        row.row_version += 1;
        row.clone().into_active_model().reset_all().update(c).await?;
    }
    record(&row)
}

/// Enables what is disabled and closes an open breaker; once in a while only, so that nobody hammers a
/// receiver that does not answer.
fn let_in(row: &mut Model, real_now: DateTime<Utc>) -> Result<(), StoreError> {
    if row.status == "enabled" && row.probe_at.is_none() {
        return Ok(());
    }
    if let Some(again_at) = row.enabled_at.map(|at| instant(at) + COOLDOWN).filter(|again_at| *again_at > real_now) {
        let seconds = (again_at - real_now).num_seconds() + 1;
        return Err(StoreError::WrongState(format!("It was enabled less than five minutes ago: try again in {seconds} seconds.")));
    }
    (row.status, row.disabled_reason, row.enabled_at) = ("enabled".to_owned(), None, Some(millis(real_now)));
    health::write(row, &Breaker::default())
}

/// Lets an endpoint take part again; what waited for it goes out.
///
/// # Errors
/// [`StoreError::NotFound`], [`StoreError::WrongState`] when it was enabled a moment ago, or the database's.
pub async fn enable<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    id: EndpointId,
    real_now: DateTime<Utc>,
) -> Result<EndpointRecord, StoreError> {
    let change = EndpointChange { status: Some("enabled".to_owned()), ..EndpointChange::default() };
    update(c, tenant, id, None, change, real_now).await
}

/// Gives an endpoint a new secret; the old ones sign beside it until `old_until`.
///
/// # Errors
/// [`StoreError::NotFound`], [`StoreError::Seal`], or the database's.
pub async fn rotate_secret<C: ConnectionTrait>(
    store: &Store,
    c: &C,
    tenant: TenantId,
    id: EndpointId,
    old_until: DateTime<Utc>,
) -> Result<(EndpointRecord, String), StoreError> {
    let mut row = locked(c, tenant, id).await?;
    let mut secrets = Secrets::open(c, &store.cipher, tenant, id, &row.sealed_secrets).await?;
    secrets.rotate(store.now(), old_until)?;
    row.sealed_secrets = secrets.seal(c, &store.cipher, tenant, id).await?;
    row.row_version += 1;
    let changed = ActiveModel {
        tenant_id: Set(tenant.0),
        id: Set(id.0),
        sealed_secrets: Set(row.sealed_secrets.clone()),
        row_version: Set(row.row_version),
        ..Default::default()
    };
    changed.update(c).await?;
    Ok((record(&row)?, secrets.newest()))
}

/// Removes an endpoint; what waited for it is dropped, its log stays until its day.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub async fn delete<C: ConnectionTrait>(c: &C, tenant: TenantId, id: EndpointId) -> Result<(), StoreError> {
    let done = Entity::delete_by_id((tenant.0, id.0)).exec(c).await?;
    if done.rows_affected == 0 {
        return Err(StoreError::NotFound);
    }
    deliveries::Entity::update_many()
        .col_expr(deliveries::Column::Status, Expr::value("dropped"))
        .col_expr(deliveries::Column::NextAttemptAt, Expr::value(None::<i64>))
        .filter(deliveries::Column::TenantId.eq(tenant.0))
        .filter(deliveries::Column::EndpointId.eq(id.0))
        .filter(Expr::col(deliveries::Column::NextAttemptAt).is_not_null())
        .exec(c)
        .await?;
    Ok(())
}
