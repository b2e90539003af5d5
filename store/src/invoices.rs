//! Invoices as they are read: whether one is overdue is judged on the tenant's civil day.

use chrono::{DateTime, NaiveDate, Utc};
use relance_domain::{
    calendar,
    dunning::InvoiceDunning,
    ids::{CustomerId, InvoiceId, TenantId},
    invoice::InvoiceDetails,
    records::{InvoiceRecord, InvoiceStatus},
};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use uuid::Uuid;

use crate::{
    StoreError,
    entity::invoices::{Column, Entity, Model},
    json, tenants,
    time::{day_text, instant},
};

const TABLE: &str = "invoices";

pub(crate) fn record(row: Model, today: NaiveDate) -> Result<InvoiceRecord, StoreError> {
    let details: InvoiceDetails = json::read(TABLE, &row.details)?;
    record_with(row, details, today)
}

/// The same with what its source says, read already.
pub(crate) fn record_with(row: Model, details: InvoiceDetails, today: NaiveDate) -> Result<InvoiceRecord, StoreError> {
    let status = InvoiceStatus::parse(&row.status).ok_or_else(|| StoreError::inconsistent(TABLE, &row.status))?;
    let overdue = status == InvoiceStatus::Open && row.amount_due > 0 && details.due_on < today;
    let days_overdue = if overdue { today.signed_duration_since(details.due_on).num_days() } else { 0 };
    Ok(InvoiceRecord {
        id: InvoiceId(row.id),
        source: row.source,
        external_id: row.external_id,
        source_version: row.source_version,
        customer_id: CustomerId(row.customer_id),
        details,
        paid: row.paid,
        credited: row.credited,
        amount_due: row.amount_due,
        status,
        disputed: row.disputed,
        overdue,
        days_overdue,
        dunning: dunning(status, row.dunning.as_deref())?,
        row_version: row.row_version,
        created_at: instant(row.created_at),
        updated_at: instant(row.updated_at),
    })
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

fn of(tenant: TenantId) -> Select<Entity> {
    Entity::find().filter(Column::TenantId.eq(tenant.0))
}

/// One invoice; `today` is the tenant's civil day.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub async fn get<C: ConnectionTrait>(c: &C, tenant: TenantId, id: InvoiceId, today: NaiveDate) -> Result<InvoiceRecord, StoreError> {
    let row = Entity::find_by_id((tenant.0, id.0)).one(c).await?;
    record(row.ok_or(StoreError::NotFound)?, today)
}

/// One invoice by its source's id.
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
    let row = of(tenant).filter(Column::Source.eq(source)).filter(Column::ExternalId.eq(external_id)).one(c).await?;
    record(row.ok_or(StoreError::NotFound)?, today)
}

/// The order of a list of invoices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum InvoiceOrder {
    /// Newest first.
    #[default]
    Newest,
    /// Oldest due first.
    DueOn,
    /// Latest due first.
    DueOnLast,
}

/// Which invoices.
#[derive(Debug, Clone, Default)]
pub struct InvoiceFilter {
    /// One of these; empty: any.
    pub status: Vec<InvoiceStatus>,
    /// Due that day or later.
    pub due_on_gte: Option<NaiveDate>,
    /// Due before that day.
    pub due_on_lt: Option<NaiveDate>,
    /// Of one customer.
    pub customer: Option<CustomerId>,
    /// In which order.
    pub order: InvoiceOrder,
}

/// Invoices, from after the one with (due date, id) `after` on.
///
/// # Errors
/// The database's.
pub async fn list<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    filter: &InvoiceFilter,
    after: Option<(NaiveDate, Uuid)>,
    limit: u64,
    today: NaiveDate,
) -> Result<Vec<InvoiceRecord>, StoreError> {
    let mut query = of(tenant);
    if !filter.status.is_empty() {
        query = query.filter(Column::Status.is_in(filter.status.iter().map(|status| status.as_str())));
    }
    if let Some(day) = filter.due_on_gte {
        query = query.filter(Column::DueOn.gte(day_text(day)));
    }
    if let Some(day) = filter.due_on_lt {
        query = query.filter(Column::DueOn.lt(day_text(day)));
    }
    if let Some(customer) = filter.customer {
        query = query.filter(Column::CustomerId.eq(customer.0));
    }
    let rows = ordered(query, filter.order, after).limit(limit).all(c).await?;
    rows.into_iter().map(|row| record(row, today)).collect()
}

fn ordered(query: Select<Entity>, order: InvoiceOrder, after: Option<(NaiveDate, Uuid)>) -> Select<Entity> {
    let (query, condition) = match order {
        InvoiceOrder::Newest => (query.order_by_desc(Column::Id), after.map(|(_, id)| Condition::all().add(Column::Id.lt(id)))),
        InvoiceOrder::DueOn => (
            query.order_by_asc(Column::DueOn).order_by_asc(Column::Id),
            after.map(|(day, id)| {
                let same = Condition::all().add(Column::DueOn.eq(day_text(day))).add(Column::Id.gt(id));
                Condition::any().add(Column::DueOn.gt(day_text(day))).add(same)
            }),
        ),
        InvoiceOrder::DueOnLast => (
            query.order_by_desc(Column::DueOn).order_by_desc(Column::Id),
            after.map(|(day, id)| {
                let same = Condition::all().add(Column::DueOn.eq(day_text(day))).add(Column::Id.lt(id));
                Condition::any().add(Column::DueOn.lt(day_text(day))).add(same)
            }),
        ),
    };
    condition.map_or(query.clone(), |condition| query.filter(condition))
}
