//! Idempotency keys: a request with a key takes effect once, and its answer is given again.
//!
//! The answer is written in the transaction of the effect: either both are there or neither, whatever breaks
//! in between. Two processes that run the same request at once both come to [`keep`]; one of them finds
//! the key taken and takes its effect back.

use chrono::{DateTime, Duration, Utc};
use relance_domain::ids::TenantId;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::{
    Store, StoreError,
    batch::{self, OnConflict},
    entity::idempotency_keys::{Column, Entity, Model},
    json,
    time::millis,
};

const TABLE: &str = "idempotency_keys";

/// How long an answer is kept, in days.
pub const KEPT_DAYS: i64 = 7;

/// Which request: the same key on another path is another request.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
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

/// What is known of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// Nothing: the request may run.
    New,
    /// It was answered: give this again.
    Answered(KeptAnswer),
    /// It was used with another body.
    Reused,
}

/// What is known of the request's key.
///
/// # Errors
/// The database's.
pub async fn look<C: ConnectionTrait>(store: &Store, c: &C, tenant: TenantId, request: &Request) -> Result<Known, StoreError> {
    let Some(there) = Entity::find_by_id(place(tenant, request)).one(c).await? else { return Ok(Known::New) };
    if there.created_at < oldest(store.now()) {
        return Ok(Known::New);
    }
    if there.fingerprint != request.fingerprint {
        return Ok(Known::Reused);
    }
    Ok(Known::Answered(KeptAnswer {
        status: u16::try_from(there.status).map_err(|error| StoreError::inconsistent(TABLE, error))?,
        headers: json::read(TABLE, &there.headers)?,
        body: store.cipher.open(c, &sealed_at(tenant, request), &there.body).await?,
    }))
}

/// Keeps the answer of a request, in the transaction of its effect. `false` when the key was taken meanwhile:
/// roll back then, and [`look`] again.
///
/// # Errors
/// The database's.
pub async fn keep<C: ConnectionTrait>(
    store: &Store,
    c: &C,
    tenant: TenantId,
    request: &Request,
    answer: &KeptAnswer,
) -> Result<bool, StoreError> {
    let real_now = store.now();
    Entity::delete_many()
        .filter(Column::TenantId.eq(tenant.0))
        .filter(Column::Key.eq(&request.key))
        .filter(Column::Method.eq(&request.method))
        .filter(Column::Path.eq(&request.path))
        .filter(Column::CreatedAt.lt(oldest(real_now)))
        .exec(c)
        .await?;
    let row = Model {
        tenant_id: tenant.0,
        key: request.key.clone(),
        method: request.method.clone(),
        path: request.path.clone(),
        fingerprint: request.fingerprint.clone(),
        status: i32::from(answer.status),
        headers: json::write(TABLE, &answer.headers)?,
        body: store.cipher.seal(c, &sealed_at(tenant, request), &answer.body).await?,
        created_at: millis(real_now),
    };
    Ok(batch::insert::<Entity, _>(c, &[row], OnConflict::Keep).await? == 1)
}

fn place(tenant: TenantId, request: &Request) -> (Uuid, String, String, String) {
    (tenant.0, request.key.clone(), request.method.clone(), request.path.clone())
}

fn sealed_at(tenant: TenantId, request: &Request) -> String {
    seal_place(tenant, &request.method, &request.path, &request.key)
}

/// Answers are sealed: some show a secret, which they do once.
pub(crate) fn seal_place(tenant: TenantId, method: &str, path: &str, key: &str) -> String {
    format!("{tenant}/idempotency_keys/{method}/{path}/{key}")
}

fn oldest(real_now: DateTime<Utc>) -> i64 {
    millis(real_now - Duration::days(KEPT_DAYS))
}

/// Deletes what nobody may ask for any more, all tenants; returns how many.
/// Needs a transaction of [`crate::Scope::System`].
///
/// # Errors
/// The database's.
pub async fn sweep<C: ConnectionTrait>(c: &C, real_now: DateTime<Utc>) -> Result<u64, StoreError> {
    Ok(Entity::delete_many().filter(Column::CreatedAt.lt(oldest(real_now))).exec(c).await?.rows_affected)
}
