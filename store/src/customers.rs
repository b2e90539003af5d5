//! Customers as they are read.

use chrono::NaiveDate;
use relance_domain::{
    customer::Contact,
    ids::{ContactId, CustomerId, TenantId},
    ledger::{Balance, balance_on},
    records::CustomerRecord,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::{
    StoreError,
    entity::{contacts, customers},
    json, ledger,
    time::instant,
};

const TABLE: &str = "customers";

pub(crate) fn record(row: customers::Model, people: Vec<contacts::Model>) -> Result<CustomerRecord, StoreError> {
    let contact = |row: contacts::Model| {
        let (details, suppressed_channels) = (json::read("contacts", &row.details)?, json::read("contacts", &row.suppressed)?);
        Ok(Contact { id: ContactId(row.id), details, suppressed_channels })
    };
    Ok(CustomerRecord {
        id: CustomerId(row.id),
        source: row.source,
        external_id: row.external_id,
        source_version: row.source_version,
        details: json::read(TABLE, &row.details)?,
        contacts: people.into_iter().map(contact).collect::<Result<_, StoreError>>()?,
        next_check_at: row.next_check_at.map(instant),
        row_version: row.row_version,
        created_at: instant(row.created_at),
        updated_at: instant(row.updated_at),
    })
}

async fn records<C: ConnectionTrait>(c: &C, tenant: TenantId, rows: Vec<customers::Model>) -> Result<Vec<CustomerRecord>, StoreError> {
    let mut people = contacts::Entity::find()
        .filter(contacts::Column::TenantId.eq(tenant.0))
        .filter(contacts::Column::CustomerId.is_in(rows.iter().map(|row| row.id)))
        .filter(contacts::Column::Gone.eq(false))
        .order_by_asc(contacts::Column::Position)
        .all(c)
        .await?;
    let mut records = Vec::with_capacity(rows.len());
    for row in rows {
        let (own, rest) = people.into_iter().partition(|one| one.customer_id == row.id);
        people = rest;
        records.push(record(row, own)?);
    }
    Ok(records)
}

async fn one<C: ConnectionTrait>(c: &C, tenant: TenantId, row: Option<customers::Model>) -> Result<CustomerRecord, StoreError> {
    let rows = vec![row.ok_or(StoreError::NotFound)?];
    records(c, tenant, rows).await?.pop().ok_or(StoreError::NotFound)
}

/// One customer.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub async fn get<C: ConnectionTrait>(c: &C, tenant: TenantId, id: CustomerId) -> Result<CustomerRecord, StoreError> {
    one(c, tenant, customers::Entity::find_by_id((tenant.0, id.0)).one(c).await?).await
}

/// One customer by its source's id.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub async fn by_external<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    source: &str,
    external_id: &str,
) -> Result<CustomerRecord, StoreError> {
    let query = customers::Entity::find()
        .filter(customers::Column::TenantId.eq(tenant.0))
        .filter(customers::Column::Source.eq(source))
        .filter(customers::Column::ExternalId.eq(external_id));
    one(c, tenant, query.one(c).await?).await
}

/// The customers of these ids that there are.
///
/// # Errors
/// The database's.
pub async fn of_ids<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    ids: impl IntoIterator<Item = CustomerId>,
) -> Result<Vec<CustomerRecord>, StoreError> {
    let query = customers::Entity::find().filter(customers::Column::TenantId.eq(tenant.0));
    let rows = query.filter(customers::Column::Id.is_in(ids.into_iter().map(|id| id.0))).all(c).await?;
    records(c, tenant, rows).await
}

/// Customers, newest first, from after the customer with the id `after` on.
///
/// # Errors
/// The database's.
pub async fn list<C: ConnectionTrait>(c: &C, tenant: TenantId, after: Option<Uuid>, limit: u64) -> Result<Vec<CustomerRecord>, StoreError> {
    let mut query = customers::Entity::find().filter(customers::Column::TenantId.eq(tenant.0));
    if let Some(after) = after {
        query = query.filter(customers::Column::Id.lt(after));
    }
    let rows = query.order_by_desc(customers::Column::Id).limit(limit).all(c).await?;
    records(c, tenant, rows).await
}

/// What a customer owed at the end of a day; `None`: as of all facts known.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub async fn balance<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    customer: CustomerId,
    on: Option<NaiveDate>,
) -> Result<Balance, StoreError> {
    customers::Entity::find_by_id((tenant.0, customer.0)).one(c).await?.ok_or(StoreError::NotFound)?;
    let facts = ledger::of(c, tenant.0, customer.0).await?;
    Ok(balance_on(&facts, &facts.allocations, on))
}
