//! Credit notes as they are read.

use relance_domain::{
    ids::{CreditNoteId, CustomerId, InvoiceId, TenantId},
    invoice::CreditMode,
    records::CreditNoteRecord,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::{
    StoreError,
    entity::{
        allocations,
        credit_notes::{Column, Entity, Model},
    },
    ledger,
    payments::allocation_records,
    time::{day, instant},
};

const TABLE: &str = "credit_notes";

pub(crate) fn record(row: Model, allocations: Vec<allocations::Model>) -> Result<CreditNoteRecord, StoreError> {
    let mode = [CreditMode::AbInitio, CreditMode::FromDate].into_iter().find(|mode| mode.as_str() == row.mode);
    Ok(CreditNoteRecord {
        id: CreditNoteId(row.id),
        source: row.source,
        external_id: row.external_id,
        source_version: row.source_version,
        customer_id: CustomerId(row.customer_id),
        number: row.number,
        issued_on: day(TABLE, &row.issued_on)?,
        total: ledger::money(TABLE, row.total, &row.currency)?,
        unapplied: ledger::money(TABLE, row.unapplied, &row.currency)?,
        mode: mode.ok_or_else(|| StoreError::inconsistent(TABLE, &row.mode))?,
        invoice_id: row.invoice_id.map(InvoiceId),
        allocations: allocation_records(allocations, &row.currency)?,
        row_version: row.row_version,
        created_at: instant(row.created_at),
    })
}

async fn records<C: ConnectionTrait>(c: &C, tenant: TenantId, rows: Vec<Model>) -> Result<Vec<CreditNoteRecord>, StoreError> {
    let customers: Vec<Uuid> = rows.iter().map(|row| row.customer_id).collect();
    let mut parts = allocations::Entity::find()
        .filter(allocations::Column::TenantId.eq(tenant.0))
        .filter(allocations::Column::CustomerId.is_in(customers)) // the index
        .filter(allocations::Column::CreditNoteId.is_in(rows.iter().map(|row| row.id)))
        .all(c)
        .await?;
    let mut records = Vec::with_capacity(rows.len());
    for row in rows {
        let (own, rest) = parts.into_iter().partition(|part| part.credit_note_id == Some(row.id));
        parts = rest;
        records.push(record(row, own)?);
    }
    Ok(records)
}

async fn one<C: ConnectionTrait>(c: &C, tenant: TenantId, row: Option<Model>) -> Result<CreditNoteRecord, StoreError> {
    let rows = vec![row.ok_or(StoreError::NotFound)?];
    records(c, tenant, rows).await?.pop().ok_or(StoreError::NotFound)
}

/// One credit note.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub async fn get<C: ConnectionTrait>(c: &C, tenant: TenantId, id: CreditNoteId) -> Result<CreditNoteRecord, StoreError> {
    one(c, tenant, Entity::find_by_id((tenant.0, id.0)).one(c).await?).await
}

/// One credit note by its source's id.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub async fn by_external<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    source: &str,
    external_id: &str,
) -> Result<CreditNoteRecord, StoreError> {
    let query =
        Entity::find().filter(Column::TenantId.eq(tenant.0)).filter(Column::Source.eq(source)).filter(Column::ExternalId.eq(external_id));
    one(c, tenant, query.one(c).await?).await
}

/// Credit notes, newest first, from after the one with the id `after` on.
///
/// # Errors
/// The database's.
pub async fn list<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    customer: Option<CustomerId>,
    after: Option<Uuid>,
    limit: u64,
) -> Result<Vec<CreditNoteRecord>, StoreError> {
    let mut query = Entity::find().filter(Column::TenantId.eq(tenant.0));
    if let Some(customer) = customer {
        query = query.filter(Column::CustomerId.eq(customer.0));
    }
    if let Some(after) = after {
        query = query.filter(Column::Id.lt(after));
    }
    let rows = query.order_by_desc(Column::Id).limit(limit).all(c).await?;
    records(c, tenant, rows).await
}
