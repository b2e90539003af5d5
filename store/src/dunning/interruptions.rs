//! Acts that begin a new period of limitation: recorded with their proof, withdrawn when they were recorded wrongly.

use chrono::{DateTime, NaiveDate, Utc};
use relance_domain::{
    ids::{CustomerId, InterruptionId, InvoiceId, TenantId},
    invoice::InvoiceDetails,
    law::Interruption,
    records::{By, InterruptionRecord},
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{claim::lock_rows, rows, tasks, writing::Moment, zones::tenant_day};
use crate::{
    StoreError, Tx,
    batch::{self, OnConflict},
    entity::{interruptions, invoices},
    tenants,
    time::{day, day_text, instant, millis},
};

const TABLE: &str = "interruptions";

/// An act to be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewInterruption {
    /// Invoices, of one customer; at least one.
    pub invoice_ids: Vec<InvoiceId>,
    /// Which act.
    pub kind: Interruption,
    /// Its day.
    pub happened_on: NaiveDate,
    /// Where the proof is.
    pub proof: String,
    /// Words.
    pub comment: Option<String>,
    /// Who records it.
    pub by: By,
}

/// Which acts are listed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of one customer.
    pub customer_id: Option<CustomerId>,
}

/// One act.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub async fn get<C: ConnectionTrait>(c: &C, tenant: TenantId, id: InterruptionId) -> Result<InterruptionRecord, StoreError> {
    record(&interruptions::Entity::find_by_id((tenant.0, id.0)).one(c).await?.ok_or(StoreError::NotFound)?)
}

/// Acts, newest first, after `after`.
///
/// # Errors
/// The database's.
pub async fn list<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    filter: &Filter,
    after: Option<Uuid>,
    limit: u64,
) -> Result<Vec<InterruptionRecord>, StoreError> {
    let mut query = interruptions::Entity::find().filter(interruptions::Column::TenantId.eq(tenant.0));
    if let Some(customer) = filter.customer_id {
        query = query.filter(interruptions::Column::CustomerId.eq(customer.0));
    }
    if let Some(after) = after {
        query = query.filter(interruptions::Column::Id.lt(after));
    }
    query.order_by_desc(interruptions::Column::Id).limit(limit).all(c).await?.iter().map(record).collect()
}

/// Records an act: the clock of its invoices begins anew on its day, and alerts about the old end are done.
///
/// # Errors
/// [`StoreError::Refused`] for an invoice that is absent or another customer's, and for a day before the claim began or
/// that has not come.
pub async fn record_act(
    tx: &Tx,
    tenant: TenantId,
    new: NewInterruption,
    real_now: DateTime<Utc>,
) -> Result<InterruptionRecord, StoreError> {
    let moment = Moment::at(tx, tenant, real_now).await?;
    let today = tenant_day(&tenants::get(tx, tenant).await?, moment.now);
    if new.happened_on > today {
        return Err(StoreError::refused("validation_failed", "/on", "This day has not come."));
    }
    let customer = check_invoices(tx, tenant, &new).await?;
    lock_rows(tx, tenant, &[customer]).await?;
    let row = interruptions::Model {
        tenant_id: tenant.0,
        id: Uuid::now_v7(),
        customer_id: customer.0,
        invoice_ids: rows::text(TABLE, &new.invoice_ids)?,
        kind: new.kind.as_str().to_owned(),
        happened_on: day_text(new.happened_on),
        proof: new.proof,
        comment: new.comment,
        recorded_by: rows::text(TABLE, &new.by)?,
        withdrawn_at: None,
        row_version: 1,
        created_at: millis(moment.now),
    };
    let record = record(&row)?;
    batch::insert::<interruptions::Entity, _>(tx, &[row], OnConflict::Fail).await?;
    let told = |about: &str| record.invoice_ids.iter().any(|id| about.starts_with(&format!("once:limitation:{id}:")));
    let events = tasks::done_by_itself(tx, tenant, customer, "limitation", told, &record.by, "interrupted", moment).await?;
    moment.finish(tx, tenant, customer, events).await?;
    Ok(record)
}

/// The customer of the invoices, which must be one.
async fn check_invoices(tx: &Tx, tenant: TenantId, new: &NewInterruption) -> Result<CustomerId, StoreError> {
    let found = invoices::Entity::find()
        .filter(invoices::Column::TenantId.eq(tenant.0))
        .filter(invoices::Column::Id.is_in(new.invoice_ids.iter().map(|id| id.0)))
        .all(tx)
        .await?;
    let mut customer = None;
    for (at, id) in new.invoice_ids.iter().enumerate() {
        let pointer = format!("/invoice_ids/{at}");
        let Some(row) = found.iter().find(|row| row.id == id.0) else {
            return Err(StoreError::refused("not_found", pointer, format!("There is no invoice {id}.")));
        };
        if *customer.get_or_insert(row.customer_id) != row.customer_id {
            return Err(StoreError::refused("validation_failed", pointer, "The invoices are not one customer's."));
        }
        let details: InvoiceDetails = rows::json("invoices", &row.details)?;
        let began = details.service_done_on.unwrap_or(details.issued_on);
        if new.happened_on < began {
            let detail = format!("The claim of invoice {} began on {began} only.", details.number);
            return Err(StoreError::refused("validation_failed", "/on", detail));
        }
    }
    customer.map(CustomerId).ok_or_else(|| StoreError::refused("validation_failed", "/invoice_ids", "Name at least one invoice."))
}

/// An act was recorded wrongly: it counts no more. To withdraw it again changes nothing.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub async fn withdraw(tx: &Tx, tenant: TenantId, id: InterruptionId, real_now: DateTime<Utc>) -> Result<InterruptionRecord, StoreError> {
    let customer = get(tx, tenant, id).await?.customer_id;
    lock_rows(tx, tenant, &[customer]).await?;
    let mut row = interruptions::Entity::find_by_id((tenant.0, id.0)).one(tx).await?.ok_or(StoreError::NotFound)?;
    if row.withdrawn_at.is_some() {
        return record(&row);
    }
    let moment = Moment::at(tx, tenant, real_now).await?;
    row.withdrawn_at = Some(millis(moment.now));
    row.row_version += 1;
    let record = record(&row)?;
    batch::insert::<interruptions::Entity, _>(tx, &[row], OnConflict::Replace).await?;
    moment.finish(tx, tenant, customer, Vec::new()).await?;
    Ok(record)
}

fn record(row: &interruptions::Model) -> Result<InterruptionRecord, StoreError> {
    Ok(InterruptionRecord {
        id: InterruptionId(row.id),
        customer_id: CustomerId(row.customer_id),
        invoice_ids: rows::json(TABLE, &row.invoice_ids)?,
        kind: row.kind.clone(),
        happened_on: day(TABLE, &row.happened_on)?,
        proof: row.proof.clone(),
        comment: row.comment.clone(),
        by: rows::json(TABLE, &row.recorded_by)?,
        withdrawn_at: row.withdrawn_at.map(instant),
        row_version: row.row_version,
        created_at: instant(row.created_at),
    })
}
