//! Dunning policies: versions that are never edited, one of them in force.

mod active;
mod backlog;
mod migrate;

use chrono::{DateTime, Utc};
use relance_domain::{
    ids::{PolicyId, TenantId},
    policy::{PolicyDocument, presets},
    records::PolicyRecord,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, Query},
};
use uuid::Uuid;

pub use active::{ActivePolicy, active, choose};
pub(crate) use active::{Named, Pin, choose_for, read};
pub use backlog::{BacklogInvoice, backlog, longest_first, take_in};
pub use migrate::{Migration, MovedInvoice, RunningCase, migrate, migration, running};

use crate::{
    StoreError,
    batch::{self, OnConflict},
    entity::policies::{Column, Entity, Model},
    json,
    time::{instant, millis},
};

const TABLE: &str = "policies";

fn record(row: Model) -> Result<PolicyRecord, StoreError> {
    Ok(PolicyRecord {
        id: PolicyId(row.id),
        version: row.version,
        state: row.state,
        preset: row.preset,
        document: json::read(TABLE, &row.document)?,
        activated_at: row.activated_at.map(instant),
        created_at: instant(row.created_at),
    })
}

/// Gives a new tenant the built-in policies, in force or as drafts.
///
/// # Errors
/// The database's.
pub(crate) async fn seed<C: ConnectionTrait>(c: &C, tenant: TenantId, live: bool, now: DateTime<Utc>) -> Result<(), StoreError> {
    let mut rows = Vec::new();
    for preset in presets() {
        rows.push(Model {
            tenant_id: tenant.0,
            id: Uuid::now_v7(),
            version: 1,
            name: preset.document.name.clone(),
            state: if live { "draft" } else { "active" }.to_owned(),
            preset: Some(preset.key.to_owned()),
            document: json::write(TABLE, &preset.document)?,
            activated_at: (!live).then(|| millis(now)),
            created_at: millis(now),
        });
    }
    batch::insert::<Entity, _>(c, &rows, OnConflict::Fail).await?;
    Ok(())
}

/// The newest version of each policy, newest policy first.
///
/// # Errors
/// The database's.
pub async fn list<C: ConnectionTrait>(c: &C, tenant: TenantId, after: Option<Uuid>, limit: u64) -> Result<Vec<PolicyRecord>, StoreError> {
    let newest = Query::select()
        .column(Column::Id)
        .expr(Expr::col(Column::Version).max())
        .from(Entity)
        .and_where(Column::TenantId.eq(tenant.0))
        .group_by_col(Column::Id)
        .to_owned();
    let mut query = Entity::find()
        .filter(Column::TenantId.eq(tenant.0))
        .filter(Expr::tuple([Expr::col(Column::Id), Expr::col(Column::Version)]).in_subquery(newest))
        .order_by_desc(Column::Id)
        .limit(limit);
    if let Some(after) = after {
        query = query.filter(Column::Id.lt(after));
    }
    query.all(c).await?.into_iter().map(record).collect()
}

/// Every version of a policy, newest first; never empty.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub async fn versions<C: ConnectionTrait>(c: &C, tenant: TenantId, id: PolicyId) -> Result<Vec<PolicyRecord>, StoreError> {
    let rows =
        Entity::find().filter(Column::TenantId.eq(tenant.0)).filter(Column::Id.eq(id.0)).order_by_desc(Column::Version).all(c).await?;
    if rows.is_empty() { Err(StoreError::NotFound) } else { rows.into_iter().map(record).collect() }
}

/// The newest version of a policy.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub async fn get<C: ConnectionTrait>(c: &C, tenant: TenantId, id: PolicyId) -> Result<PolicyRecord, StoreError> {
    versions(c, tenant, id).await?.into_iter().next().ok_or(StoreError::NotFound)
}

/// One version of a policy.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub async fn get_version<C: ConnectionTrait>(c: &C, tenant: TenantId, id: PolicyId, version: i32) -> Result<PolicyRecord, StoreError> {
    record(Entity::find_by_id((tenant.0, id.0, version)).one(c).await?.ok_or(StoreError::NotFound)?)
}

/// Makes a policy: version 1, a draft.
///
/// # Errors
/// [`StoreError::WrongState`] when `document` is none that can be followed, or the database's.
pub async fn create<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    document: &PolicyDocument,
    now: DateTime<Utc>,
) -> Result<PolicyRecord, StoreError> {
    insert(c, tenant, PolicyId(Uuid::now_v7()), 1, None, document, now).await
}

/// Makes the next version of a policy, a draft; `expected` is the newest version the caller has read.
///
/// # Errors
/// [`StoreError::NotFound`], [`StoreError::PreconditionFailed`] when there is a newer one, or the database's.
pub async fn new_version<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    id: PolicyId,
    expected: i32,
    document: &PolicyDocument,
    now: DateTime<Utc>,
) -> Result<PolicyRecord, StoreError> {
    let newest = get(c, tenant, id).await?;
    if newest.version != expected {
        return Err(StoreError::PreconditionFailed);
    }
    insert(c, tenant, id, expected + 1, newest.preset, document, now).await
}

async fn insert<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    id: PolicyId,
    version: i32,
    preset: Option<String>,
    document: &PolicyDocument,
    now: DateTime<Utc>,
) -> Result<PolicyRecord, StoreError> {
    followable(document)?;
    let row = Model {
        tenant_id: tenant.0,
        id: id.0,
        version,
        name: document.name.clone(),
        state: "draft".to_owned(),
        preset,
        document: json::write(TABLE, document)?,
        activated_at: None,
        created_at: millis(now),
    };
    // Keep and not Fail: a version made at the same time is a stale precondition, not a broken transaction
    if batch::insert::<Entity, _>(c, std::slice::from_ref(&row), OnConflict::Keep).await? == 0 {
        return Err(StoreError::PreconditionFailed);
    }
    record(row)
}

/// A document that does not read as a policy would leave every customer under it undecided.
fn followable(document: &PolicyDocument) -> Result<(), StoreError> {
    let Err(faults) = document.validate() else { return Ok(()) };
    let words: Vec<String> = faults.iter().map(|fault| format!("{}: {}", fault.pointer, fault.detail)).collect();
    Err(StoreError::WrongState(format!("this policy cannot be followed: {}", words.join("; "))))
}

/// Puts a version in force; the version of this policy that was in force is retired.
///
/// # Errors
/// [`StoreError::NotFound`], [`StoreError::WrongState`] when its document is none that can be followed, or the database's.
pub async fn activate<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    id: PolicyId,
    version: i32,
    now: DateTime<Utc>,
) -> Result<PolicyRecord, StoreError> {
    let row = get_version(c, tenant, id, version).await?;
    followable(&row.document)?;
    Entity::update_many()
        .col_expr(Column::State, Expr::value("retired"))
        .filter(Column::TenantId.eq(tenant.0))
        .filter(Column::Id.eq(id.0))
        .filter(Column::State.eq("active").and(Column::Version.ne(version)))
        .exec(c)
        .await?;
    Entity::update_many()
        .col_expr(Column::State, Expr::value("active"))
        .col_expr(Column::ActivatedAt, Expr::value(millis(now)))
        .filter(Column::TenantId.eq(tenant.0))
        .filter(Column::Id.eq(id.0))
        .filter(Column::Version.eq(version))
        .exec(c)
        .await?;
    Ok(PolicyRecord { state: "active".to_owned(), activated_at: Some(now), ..row })
}
