//! Idempotency keys: the first request with a key runs, its answer is kept and given again.

use chrono::{DateTime, Duration, Utc};
use relance_domain::ids::TenantId;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter,
    sea_query::{Expr, ExprTrait},
};
use uuid::Uuid;

use crate::{
    StoreError,
    batch::{self, OnConflict},
    entity::idempotency_keys::{Column, Entity, Model},
    json,
    time::millis,
};

const TABLE: &str = "idempotency_keys";
/// How long an answer is kept.
const KEPT_HOURS: i64 = 24;
/// A request that has run so long without an answer died with its process.
const DEAD_MINUTES: i64 = 5;

/// Which request: the same key on another path is another request.
#[derive(Debug, Clone)]
pub struct Request {
    /// The key as the caller gave it, without quotes.
    pub key: String,
    /// Method.
    pub method: String,
    /// Path.
    pub path: String,
    /// Digest of query and body.
    pub fingerprint: String,
}

/// The answer that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAnswer {
    /// Status.
    pub status: u16,
    /// Headers that belong to the answer.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: String,
}

/// What a key says about a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// Nobody had it: run the request, then [`finish`] or [`release`].
    Run,
    /// It was answered: give this again.
    Answered(KeptAnswer),
    /// The first request runs still.
    Running,
    /// It was used with another body.
    Reused,
}

/// Claims the key for a request. In a write transaction of its own, committed before the request runs.
///
/// # Errors
/// The database's.
pub async fn claim<C: ConnectionTrait>(c: &C, tenant: TenantId, request: &Request, real_now: DateTime<Utc>) -> Result<Claim, StoreError> {
    let row = Model {
        tenant_id: tenant.0,
        key: request.key.clone(),
        method: request.method.clone(),
        path: request.path.clone(),
        fingerprint: request.fingerprint.clone(),
        status: None,
        headers: None,
        body: None,
        created_at: millis(real_now),
    };
    forget_if_old(c, tenant, request, real_now).await?;
    if batch::insert::<Entity, _>(c, &[row], OnConflict::Keep).await? == 1 {
        return Ok(Claim::Run);
    }
    let there = Entity::find_by_id(place(tenant, request)).one(c).await?.ok_or(StoreError::NotFound)?;
    if there.fingerprint != request.fingerprint {
        return Ok(Claim::Reused);
    }
    let Some(status) = there.status else { return Ok(Claim::Running) };
    Ok(Claim::Answered(KeptAnswer {
        status: u16::try_from(status).map_err(|error| StoreError::inconsistent(TABLE, error))?,
        headers: there.headers.map_or(Ok(Vec::new()), |text| json::read(TABLE, &text))?,
        body: there.body.unwrap_or_default(),
    }))
}

fn place(tenant: TenantId, request: &Request) -> (Uuid, String, String, String) {
    (tenant.0, request.key.clone(), request.method.clone(), request.path.clone())
}

/// Drops this key when its answer is too old, or its request died without one.
async fn forget_if_old<C: ConnectionTrait>(c: &C, tenant: TenantId, request: &Request, real_now: DateTime<Utc>) -> Result<(), StoreError> {
    let kept = Column::CreatedAt.lt(millis(real_now - Duration::hours(KEPT_HOURS)));
    let dead = Column::Status.is_null().and(Column::CreatedAt.lt(millis(real_now - Duration::minutes(DEAD_MINUTES))));
    Entity::delete_many()
        .filter(Column::TenantId.eq(tenant.0))
        .filter(Column::Key.eq(&request.key))
        .filter(Column::Method.eq(&request.method))
        .filter(Column::Path.eq(&request.path))
        .filter(kept.or(dead))
        .exec(c)
        .await?;
    Ok(())
}

/// Keeps the answer of a request that ran.
///
/// # Errors
/// The database's.
pub async fn finish<C: ConnectionTrait>(c: &C, tenant: TenantId, request: &Request, answer: &KeptAnswer) -> Result<(), StoreError> {
    Entity::update_many()
        .col_expr(Column::Status, Expr::value(i32::from(answer.status)))
        .col_expr(Column::Headers, Expr::value(json::write(TABLE, &answer.headers)?))
        .col_expr(Column::Body, Expr::value(answer.body.clone()))
        .filter(Column::TenantId.eq(tenant.0))
        .filter(Column::Key.eq(&request.key))
        .filter(Column::Method.eq(&request.method))
        .filter(Column::Path.eq(&request.path))
        .filter(Column::Status.is_null())
        .exec(c)
        .await?;
    Ok(())
}

/// Gives the key back: the request did nothing and may be sent again.
///
/// # Errors
/// The database's.
pub async fn release<C: ConnectionTrait>(c: &C, tenant: TenantId, request: &Request) -> Result<(), StoreError> {
    Entity::delete_many()
        .filter(Column::TenantId.eq(tenant.0))
        .filter(Column::Key.eq(&request.key))
        .filter(Column::Method.eq(&request.method))
        .filter(Column::Path.eq(&request.path))
        .filter(Column::Status.is_null())
        .exec(c)
        .await?;
    Ok(())
}

/// Deletes what nobody may ask for any more, all tenants; returns how many.
/// Needs a transaction of [`crate::Scope::System`].
///
/// # Errors
/// The database's.
pub async fn sweep<C: ConnectionTrait>(c: &C, real_now: DateTime<Utc>) -> Result<u64, StoreError> {
    let old = Column::CreatedAt.lt(millis(real_now - Duration::hours(KEPT_HOURS)));
    Ok(Entity::delete_many().filter(old).exec(c).await?.rows_affected)
}
