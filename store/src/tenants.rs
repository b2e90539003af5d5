//! Tenants: who is owed, their clock and their settings.

use chrono::{DateTime, Utc};
use relance_domain::{ids::TenantId, records::TenantRecord, settings::Settings};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    sea_query::Expr,
};
use uuid::Uuid;

use crate::{
    StoreError,
    entity::tenants::{ActiveModel, Column, Entity, Model},
    json, policies,
    time::{instant, millis},
};

const TABLE: &str = "tenants";

/// A tenant to be made.
#[derive(Debug, Clone)]
pub struct NewTenant {
    /// Name.
    pub name: String,
    /// Live or test.
    pub live: bool,
    /// Where a test tenant's clock stands; none: at the moment of creation.
    pub clock: Option<DateTime<Utc>>,
}

fn record(row: Model) -> Result<TenantRecord, StoreError> {
    Ok(TenantRecord {
        id: TenantId(row.id),
        name: row.name,
        live: row.live,
        clock_at: row.clock_at.map(instant),
        settings: json::read(TABLE, &row.settings)?,
        settings_version: row.settings_version,
        created_at: instant(row.created_at),
    })
}

/// Makes a tenant with the built-in policies: active in a test tenant, drafts in a live one.
/// Needs a transaction of [`crate::Scope::System`].
///
/// # Errors
/// The database's.
pub async fn create<C: ConnectionTrait>(c: &C, new: NewTenant, real_now: DateTime<Utc>) -> Result<TenantRecord, StoreError> {
    let clock = (!new.live).then(|| new.clock.unwrap_or(real_now));
    let row = Model {
        id: Uuid::now_v7(),
        name: new.name,
        live: new.live,
        clock_at: clock.map(millis),
        clock_target_at: None,
        work_due: false,
        lease_until: None,
        lease_by: None,
        settings: json::write(TABLE, &Settings::default())?,
        settings_version: 1,
        created_at: millis(real_now),
    };
    row.clone().into_active_model().insert(c).await?;
    let tenant = record(row)?;
    policies::seed(c, tenant.id, tenant.live, clock.unwrap_or(real_now)).await?;
    Ok(tenant)
}

/// One tenant.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub async fn get<C: ConnectionTrait>(c: &C, tenant: TenantId) -> Result<TenantRecord, StoreError> {
    record(Entity::find_by_id(tenant.0).one(c).await?.ok_or(StoreError::NotFound)?)
}

/// Every tenant, newest first. Needs a transaction of [`crate::Scope::System`].
///
/// # Errors
/// The database's.
pub async fn list<C: ConnectionTrait>(c: &C, after: Option<Uuid>, limit: u64) -> Result<Vec<TenantRecord>, StoreError> {
    let mut query = Entity::find().order_by_desc(Column::Id).limit(limit);
    if let Some(after) = after {
        query = query.filter(Column::Id.lt(after));
    }
    query.all(c).await?.into_iter().map(record).collect()
}

/// The tenant's time: the system's for a live one, its own clock for a test one.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub async fn now<C: ConnectionTrait>(c: &C, tenant: TenantId, real_now: DateTime<Utc>) -> Result<DateTime<Utc>, StoreError> {
    Ok(live_and_now(c, tenant, real_now).await?.1)
}

/// Is the tenant live, and what time is it there?
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub async fn live_and_now<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    real_now: DateTime<Utc>,
) -> Result<(bool, DateTime<Utc>), StoreError> {
    let row: Option<(bool, Option<i64>)> =
        Entity::find_by_id(tenant.0).select_only().columns([Column::Live, Column::ClockAt]).into_tuple().one(c).await?;
    let (live, clock) = row.ok_or(StoreError::NotFound)?;
    Ok((live, clock.filter(|_| !live).map_or(real_now, instant)))
}

/// Replaces the settings if they are still at version `expected`; returns the new version.
///
/// # Errors
/// [`StoreError::PreconditionFailed`] when they changed meanwhile, or the database's.
pub async fn put_settings<C: ConnectionTrait>(c: &C, tenant: TenantId, expected: i64, settings: &Settings) -> Result<i64, StoreError> {
    let done = Entity::update_many()
        .set(ActiveModel { settings: Set(json::write(TABLE, settings)?), ..Default::default() })
        .col_expr(Column::SettingsVersion, Expr::value(expected + 1))
        .filter(Column::Id.eq(tenant.0))
        .filter(Column::SettingsVersion.eq(expected))
        .exec(c)
        .await?;
    if done.rows_affected == 0 { Err(StoreError::PreconditionFailed) } else { Ok(expected + 1) }
}
