//! Holds: chasing rests until a day or until somebody lifts it.

use chrono::{DateTime, NaiveDate, Utc};
use relance_domain::{
    calendar::Region,
    dunning::HoldScope,
    event::EventType,
    hold::HoldReason,
    ids::{CustomerId, HoldId, TenantId},
    records::{EventObject, HoldRecord},
};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{claim::lock_rows, look, rows, writing::Moment, zones::tenant_day};
use crate::{
    StoreError, Tx,
    batch::{self, OnConflict},
    entity::{contacts, holds, invoices},
    outbox::NewEvent,
    tenants,
    time::{day_text, millis},
    touch,
};

/// A hold to be placed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewHold {
    /// What it covers.
    pub scope: HoldScope,
    /// Why.
    pub reason: String,
    /// Last day held; `None`: until somebody lifts it.
    pub until_on: Option<NaiveDate>,
    /// Only invoices issued before this day; insolvency without a word: the day it is placed.
    pub before_on: Option<NaiveDate>,
    /// Who places it.
    pub placed_by: Option<String>,
}

/// Which holds are listed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Those that touch one customer, the tenant's own among them.
    pub customer_id: Option<CustomerId>,
    /// In force (true), lifted (false), or all.
    pub active: Option<bool>,
}

/// One hold.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub async fn get<C: ConnectionTrait>(c: &C, tenant: TenantId, id: HoldId) -> Result<HoldRecord, StoreError> {
    rows::hold(&holds::Entity::find_by_id((tenant.0, id.0)).one(c).await?.ok_or(StoreError::NotFound)?)
}

/// Holds, newest first, after `after`.
///
/// # Errors
/// The database's.
pub async fn list<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    filter: &Filter,
    after: Option<Uuid>,
    limit: u64,
) -> Result<Vec<HoldRecord>, StoreError> {
    let mut query = holds::Entity::find().filter(holds::Column::TenantId.eq(tenant.0));
    if let Some(customer) = filter.customer_id {
        let touching = Condition::any().add(holds::Column::CustomerId.eq(customer.0)).add(holds::Column::CustomerId.is_null());
        query = query.filter(touching);
    }
    query = match filter.active {
        Some(true) => query.filter(holds::Column::ReleasedAt.is_null()),
        Some(false) => query.filter(holds::Column::ReleasedAt.is_not_null()),
        None => query,
    };
    if let Some(after) = after {
        query = query.filter(holds::Column::Id.lt(after));
    }
    let found = query.order_by_desc(holds::Column::Id).limit(limit).all(c).await?;
    found.iter().map(rows::hold).collect()
}

/// Places a hold; effective at once.
///
/// # Errors
/// [`StoreError::NotFound`] when its target is not there; [`StoreError::Refused`] when its last day has passed.
pub async fn create(tx: &Tx, tenant: TenantId, new: NewHold, real_now: DateTime<Utc>) -> Result<HoldRecord, StoreError> {
    let moment = Moment::at(tx, tenant, real_now).await?;
    let creditor = tenants::get(tx, tenant).await?;
    let (today, settings) = (tenant_day(&creditor, moment.now), &creditor.settings);
    if new.until_on.is_some_and(|until| until < today) {
        return Err(StoreError::refused("validation_failed", "/until_on", format!("The last day held has passed: today is {today}.")));
    }
    let region = Region::parse(&settings.region).unwrap_or(Region::Fr);
    let known = HoldReason::of(&new.reason);
    let until_on = new.until_on.or_else(|| known.and_then(|reason| reason.usual_end(today, region)));
    let before_on = new.before_on.or_else(|| (known == Some(HoldReason::Insolvency)).then_some(today));
    let (target_id, customer_id) = target(tx, tenant, new.scope).await?;
    let row = holds::Model {
        tenant_id: tenant.0,
        id: Uuid::now_v7(),
        scope: new.scope.as_str().to_owned(),
        target_id,
        customer_id,
        reason: new.reason,
        until_on: until_on.map(day_text),
        before_on: before_on.map(day_text),
        published_on: None,
        placed_by: new.placed_by,
        created_at: millis(moment.now),
        released_at: None,
        released_by: None,
        row_version: 1,
    };
    save(tx, tenant, row, EventType::HoldPlaced, moment).await
}

/// Lifts a hold; one that was lifted stays as it is.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub async fn release(tx: &Tx, tenant: TenantId, id: HoldId, by: &str, real_now: DateTime<Utc>) -> Result<HoldRecord, StoreError> {
    let mut row = holds::Entity::find_by_id((tenant.0, id.0)).one(tx).await?.ok_or(StoreError::NotFound)?;
    if row.released_at.is_some() {
        return rows::hold(&row);
    }
    if let Some(customer) = row.customer_id {
        lock_rows(tx, tenant, &[CustomerId(customer)]).await?;
    }
    let moment = Moment::at(tx, tenant, real_now).await?;
    row.released_at = Some(millis(moment.now));
    row.released_by = Some(by.to_owned());
    row.row_version += 1;
    save(tx, tenant, row, EventType::HoldReleased, moment).await
}

/// The target's id, and the customer it touches.
async fn target(tx: &Tx, tenant: TenantId, scope: HoldScope) -> Result<(Option<Uuid>, Option<Uuid>), StoreError> {
    match scope {
        HoldScope::Tenant => Ok((None, None)),
        HoldScope::Customer(id) => look::customer(tx, tenant, id).await.map(|row| (Some(row.id), Some(row.id))),
        HoldScope::Invoice(id) => {
            let row = invoices::Entity::find_by_id((tenant.0, id.0)).one(tx).await?.ok_or(StoreError::NotFound)?;
            Ok((Some(row.id), Some(row.customer_id)))
        }
        HoldScope::Contact(id) => {
            let row = contacts::Entity::find_by_id((tenant.0, id.0)).one(tx).await?.ok_or(StoreError::NotFound)?;
            Ok((Some(row.id), Some(row.customer_id)))
        }
    }
}

async fn save(tx: &Tx, tenant: TenantId, row: holds::Model, kind: EventType, moment: Moment) -> Result<HoldRecord, StoreError> {
    let record = rows::hold(&row)?;
    let id = row.id;
    batch::insert::<holds::Entity, _>(tx, &[row], OnConflict::Replace).await?;
    let event = NewEvent::new(kind, id, EventObject::Hold(Box::new(record.clone())));
    match record.customer_id {
        Some(customer) => moment.finish(tx, tenant, customer, vec![event]).await?,
        None => {
            touch::look_at_everybody(tx, tenant, moment.now).await?;
            moment.tell(tx, tenant, vec![event]).await?;
        }
    }
    Ok(record)
}
