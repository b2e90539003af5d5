//! Invoices as they are read: whether one is overdue is judged on the tenant's civil day.

mod list;
mod read;

use chrono::{DateTime, NaiveDate, Utc};
use relance_domain::{
    calendar,
    dunning::InvoiceDunning,
    ids::{CustomerId, InvoiceId, TenantId},
    invoice::InvoiceDetails,
    records::{InvoiceRecord, InvoiceStatus},
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

pub use self::{
    list::{InvoiceFilter, InvoiceOrder, list},
    read::{get_all, get_by_external},
};

use crate::{
    StoreError,
    entity::invoices::{Column, Entity, Model},
    json, tenants,
    time::instant,
};

const TABLE: &str = "invoices";

/// What an invoice is told from, however its row was read.
pub(crate) struct Told<'a> {
    pub id: Uuid,
    pub source: &'a str,
    pub external_id: &'a str,
    pub source_version: i64,
    pub customer_id: Uuid,
    pub details: &'a str,
    pub paid: i64,
    pub credited: i64,
    pub amount_due: i64,
    pub status: &'a str,
    pub disputed: i64,
    pub dunning: Option<&'a str>,
    pub row_version: i64,
    pub created_at: i64,
    pub updated_at: i64,
}

pub(crate) fn record(row: &Model, today: NaiveDate) -> Result<InvoiceRecord, StoreError> {
    told(row).record(today)
}

/// The same with what its source says, read already.
pub(crate) fn record_with(row: &Model, details: InvoiceDetails, today: NaiveDate) -> Result<InvoiceRecord, StoreError> {
    told(row).with(details, today)
}

fn told(row: &Model) -> Told<'_> {
    Told {
        id: row.id,
        source: &row.source,
        external_id: &row.external_id,
        source_version: row.source_version,
        customer_id: row.customer_id,
        details: &row.details,
        paid: row.paid,
        credited: row.credited,
        amount_due: row.amount_due,
        status: &row.status,
        disputed: row.disputed,
        dunning: row.dunning.as_deref(),
        row_version: row.row_version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }
}

impl Told<'_> {
    pub(crate) fn record(self, today: NaiveDate) -> Result<InvoiceRecord, StoreError> {
        let details: InvoiceDetails = json::read(TABLE, self.details)?;
        self.with(details, today)
    }

    fn with(self, details: InvoiceDetails, today: NaiveDate) -> Result<InvoiceRecord, StoreError> {
        let status = InvoiceStatus::parse(self.status).ok_or_else(|| StoreError::inconsistent(TABLE, self.status))?;
        let overdue = status == InvoiceStatus::Open && self.amount_due > 0 && details.due_on < today;
        let days_overdue = if overdue { today.signed_duration_since(details.due_on).num_days() } else { 0 };
        Ok(InvoiceRecord {
            id: InvoiceId(self.id),
            source: self.source.to_owned(),
            external_id: self.external_id.to_owned(),
            source_version: self.source_version,
            customer_id: CustomerId(self.customer_id),
            details,
            paid: self.paid,
            credited: self.credited,
            amount_due: self.amount_due,
            status,
            disputed: self.disputed,
            overdue,
            days_overdue,
            dunning: dunning(status, self.dunning)?,
            row_version: self.row_version,
            created_at: instant(self.created_at),
            updated_at: instant(self.updated_at),
        })
    }
}

/// As of the last look; nothing is pending for an invoice that is closed, looked at or not.
fn dunning(status: InvoiceStatus, text: Option<&str>) -> Result<InvoiceDunning, StoreError> {
    let known = text.map(|text| json::read::<InvoiceDunning>(TABLE, text)).transpose()?;
    let dunning = known.unwrap_or_else(|| InvoiceDunning { state: "idle".to_owned(), ..InvoiceDunning::default() });
    if status == InvoiceStatus::Open {
        return Ok(dunning);
    }
    Ok(InvoiceDunning { state: "stopped".to_owned(), next_step: None, next_action_at: None, holds: Vec::new(), ..dunning })
}

/// The civil day in the tenant's zone, by the tenant's clock: what `overdue` is judged by.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub async fn today<C: ConnectionTrait>(c: &C, tenant: TenantId, real_now: DateTime<Utc>) -> Result<NaiveDate, StoreError> {
    let tenant = tenants::get(c, tenant).await?;
    let zone = calendar::parse_zone(&tenant.settings.time_zone).unwrap_or_default();
    Ok(calendar::local_day(tenant.clock_at.unwrap_or(real_now), zone))
}

/// One invoice by its source's id, in a transaction of the caller.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub async fn by_external<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    source: &str,
    external_id: &str,
    today: NaiveDate,
) -> Result<InvoiceRecord, StoreError> {
    let own = Entity::find().filter(Column::TenantId.eq(tenant.0));
    let row = own.filter(Column::Source.eq(source)).filter(Column::ExternalId.eq(external_id)).one(c).await?;
    record(&row.ok_or(StoreError::NotFound)?, today)
}
