//! Promises to pay.

use chrono::{DateTime, Days, NaiveDate, Utc};
use relance_domain::{
    event::EventType,
    ids::{CustomerId, InvoiceId, PromiseId, TenantId},
    money::Money,
    records::{EventObject, PromiseRecord},
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{claim::lock_rows, promise_limits, promise_rules::promises_before, rows, writing::Moment, zones::tenant_day};
use crate::{
    StoreError, Tx,
    batch::{self, OnConflict},
    entity::{invoices, promises},
    outbox::NewEvent,
    tenants,
    time::{day_text, millis},
};

/// A promise to be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPromise {
    /// Customer.
    pub customer_id: CustomerId,
    /// Invoices; empty: all that are open.
    pub invoice_ids: Vec<InvoiceId>,
    /// Promised amount.
    pub amount: Money,
    /// Promised day.
    pub promised_on: NaiveDate,
    /// How it will be paid.
    pub method: Option<String>,
    /// Who made it.
    pub made_by: Option<String>,
}

/// Which promises are listed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of one customer.
    pub customer_id: Option<CustomerId>,
    /// In one of these states; empty: any.
    pub status: Vec<String>,
}

/// One promise.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub async fn get<C: ConnectionTrait>(c: &C, tenant: TenantId, id: PromiseId) -> Result<PromiseRecord, StoreError> {
    rows::promise(&promises::Entity::find_by_id((tenant.0, id.0)).one(c).await?.ok_or(StoreError::NotFound)?)
}

/// Promises, newest first, after `after`.
///
/// # Errors
/// The database's.
pub async fn list<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    filter: &Filter,
    after: Option<Uuid>,
    limit: u64,
) -> Result<Vec<PromiseRecord>, StoreError> {
    let mut query = promises::Entity::find().filter(promises::Column::TenantId.eq(tenant.0));
    if let Some(customer) = filter.customer_id {
        query = query.filter(promises::Column::CustomerId.eq(customer.0));
    }
    if !filter.status.is_empty() {
        query = query.filter(promises::Column::Status.is_in(filter.status.iter().map(String::as_str)));
    }
    if let Some(after) = after {
        query = query.filter(promises::Column::Id.lt(after));
    }
    let found = query.order_by_desc(promises::Column::Id).limit(limit).all(c).await?;
    found.iter().map(rows::promise).collect()
}

/// Records a promise; chasing of its invoices rests until it is kept or broken.
///
/// # Errors
/// [`StoreError::NotFound`] without such a customer or invoice; [`StoreError::Refused`] with
/// `promise_too_late`, `currency_mismatch` or `validation_failed`.
pub async fn create(tx: &Tx, tenant: TenantId, new: NewPromise, real_now: DateTime<Utc>) -> Result<PromiseRecord, StoreError> {
    let moment = Moment::at(tx, tenant, real_now).await?;
    let customer = new.customer_id;
    let (record, event) = make(tx, tenant, new, moment).await?;
    moment.finish(tx, tenant, customer, vec![event]).await?;
    Ok(record)
}

/// Checks and writes a promise; the look and the event are the caller's.
pub(super) async fn make(tx: &Tx, tenant: TenantId, new: NewPromise, moment: Moment) -> Result<(PromiseRecord, NewEvent), StoreError> {
    let limits = promise_limits(tx, tenant, new.customer_id).await?;
    let today = tenant_day(&tenants::get(tx, tenant).await?, moment.now);
    let Some(furthest) = limits.furthest(new.method.as_deref()) else {
        return Err(StoreError::refused("not_eligible", "/method", "The policy takes no draft or bill of exchange."));
    };
    check_day(new.promised_on, today, furthest)?;
    check_invoices(tx, tenant, &new).await?;
    let before = promises_before(tx, tenant, new.customer_id, &new.invoice_ids).await?;
    if !limits.may_renew(before) {
        let detail = format!("{before} promises about these invoices were broken or moved: the policy allows no other.");
        return Err(StoreError::refused("not_eligible", "/invoice_ids", detail));
    }
    let row = promises::Model {
        tenant_id: tenant.0,
        id: Uuid::now_v7(),
        customer_id: new.customer_id.0,
        source: None,
        external_id: None,
        invoice_ids: rows::text("promises", &new.invoice_ids)?,
        amount: new.amount.minor,
        currency: new.amount.currency.code().to_owned(),
        promised_on: day_text(new.promised_on),
        grace_until_on: day_text(later(new.promised_on, limits.grace_days)),
        made_on: day_text(today),
        method: new.method,
        made_by: new.made_by,
        status: "open".to_owned(),
        settled_at: None,
        row_version: 1,
        created_at: millis(moment.now),
    };
    let record = rows::promise(&row)?;
    let event = NewEvent::new(EventType::PromiseMade, row.id, EventObject::Promise(Box::new(record.clone())));
    batch::insert::<promises::Entity, _>(tx, &[row], OnConflict::Fail).await?;
    Ok((record, event))
}

fn later(day: NaiveDate, days: u16) -> NaiveDate {
    day.checked_add_days(Days::new(days.into())).unwrap_or(day)
}

fn check_day(promised_on: NaiveDate, today: NaiveDate, max_days: u16) -> Result<(), StoreError> {
    let last = later(today, max_days);
    if promised_on > last {
        let detail = format!("A promise may be at most {max_days} days away, until {last}.");
        return Err(StoreError::refused("promise_too_late", "/promised_on", detail));
    }
    if promised_on < today {
        return Err(StoreError::refused("validation_failed", "/promised_on", format!("The promised day has passed: today is {today}.")));
    }
    Ok(())
}

async fn check_invoices(tx: &Tx, tenant: TenantId, new: &NewPromise) -> Result<(), StoreError> {
    if new.amount.minor <= 0 {
        return Err(StoreError::refused("validation_failed", "/amount", "The amount must be more than 0."));
    }
    if new.invoice_ids.is_empty() {
        return Ok(());
    }
    let found = invoices::Entity::find()
        .filter(invoices::Column::TenantId.eq(tenant.0))
        .filter(invoices::Column::Id.is_in(new.invoice_ids.iter().map(|id| id.0)))
        .all(tx)
        .await?;
    for (at, id) in new.invoice_ids.iter().enumerate() {
        let pointer = format!("/invoice_ids/{at}");
        let Some(row) = found.iter().find(|row| row.id == id.0) else {
            return Err(StoreError::refused("not_found", pointer, format!("There is no invoice {id}.")));
        };
        if row.customer_id != new.customer_id.0 {
            return Err(StoreError::refused("validation_failed", pointer, "The invoice is another customer's."));
        }
        if row.currency != new.amount.currency.code() {
            let detail = format!("The promise is in {}, the invoice in {}.", new.amount.currency, row.currency);
            return Err(StoreError::refused("currency_mismatch", pointer, detail));
        }
    }
    Ok(())
}

/// A promise is taken back: chasing goes on.
///
/// # Errors
/// [`StoreError::WrongState`] unless it is open.
pub async fn cancel(tx: &Tx, tenant: TenantId, id: PromiseId, real_now: DateTime<Utc>) -> Result<PromiseRecord, StoreError> {
    let customer = get(tx, tenant, id).await?.customer_id;
    lock_rows(tx, tenant, &[customer]).await?;
    let mut row = promises::Entity::find_by_id((tenant.0, id.0)).one(tx).await?.ok_or(StoreError::NotFound)?;
    if row.status != "open" {
        return Err(StoreError::WrongState(format!("The promise is {}; only an open one is cancelled.", row.status)));
    }
    let moment = Moment::at(tx, tenant, real_now).await?;
    row.status = "cancelled".to_owned();
    row.settled_at = Some(millis(moment.now));
    row.row_version += 1;
    let record = rows::promise(&row)?;
    batch::insert::<promises::Entity, _>(tx, &[row], OnConflict::Replace).await?;
    moment.finish(tx, tenant, record.customer_id, Vec::new()).await?;
    Ok(record)
}
