//! Payments as they are read.

use relance_domain::{
    ids::{AllocationId, CustomerId, InvoiceId, PaymentId, TenantId},
    records::{AllocationRecord, PaymentRecord},
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    StoreError,
    entity::{
        allocations,
        payments::{Column, Entity, Model},
    },
    json, ledger,
    time::{day, instant},
};

const TABLE: &str = "payments";

/// The document column of a payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PaymentBody {
    pub method: Option<String>,
    pub reference: Option<String>,
    pub payer_name: Option<String>,
    pub payer_iban: Option<String>,
    /// Minor units; `None`: we match.
    pub stated_allocations: Option<Vec<(InvoiceId, i64)>>,
}

/// Allocations of one payment or credit note, in the order of their day.
pub(crate) fn allocation_records(mut rows: Vec<allocations::Model>, currency: &str) -> Result<Vec<AllocationRecord>, StoreError> {
    rows.sort_by(|a, b| (&a.on_day, a.made_at, a.id).cmp(&(&b.on_day, b.made_at, b.id)));
    let record = |row: allocations::Model| {
        Ok(AllocationRecord {
            id: AllocationId(row.id),
            invoice_id: InvoiceId(row.invoice_id),
            amount: ledger::money("allocations", row.amount, currency)?,
            on: day("allocations", &row.on_day)?,
            rule: row.rule,
        })
    };
    // what was taken back is history, not where the money is
    rows.into_iter().filter(|row| row.reversed_on.is_none()).map(record).collect()
}

pub(crate) fn record(row: Model, allocations: Vec<allocations::Model>) -> Result<PaymentRecord, StoreError> {
    let body: PaymentBody = json::read(TABLE, &row.details)?;
    Ok(PaymentRecord {
        id: PaymentId(row.id),
        source: row.source,
        external_id: row.external_id,
        source_version: row.source_version,
        customer_id: CustomerId(row.customer_id),
        amount: ledger::money(TABLE, row.amount, &row.currency)?,
        unapplied: ledger::money(TABLE, row.unapplied, &row.currency)?,
        paid_on: day(TABLE, &row.paid_on)?,
        method: body.method,
        reference: body.reference,
        status: if row.reversed_on.is_some() { "reversed" } else { "recorded" }.to_owned(),
        reversed_on: row.reversed_on.as_deref().map(|text| day(TABLE, text)).transpose()?,
        reversal_reason: row.reversal_reason,
        allocations: allocation_records(allocations, &row.currency)?,
        row_version: row.row_version,
        created_at: instant(row.created_at),
    })
}

async fn records<C: ConnectionTrait>(c: &C, tenant: TenantId, rows: Vec<Model>) -> Result<Vec<PaymentRecord>, StoreError> {
    let customers: Vec<Uuid> = rows.iter().map(|row| row.customer_id).collect();
    let mut parts = allocations::Entity::find()
        .filter(allocations::Column::TenantId.eq(tenant.0))
        .filter(allocations::Column::CustomerId.is_in(customers)) // the index
        .filter(allocations::Column::PaymentId.is_in(rows.iter().map(|row| row.id)))
        .all(c)
        .await?;
    let mut records = Vec::with_capacity(rows.len());
    for row in rows {
        let (own, rest) = parts.into_iter().partition(|part| part.payment_id == Some(row.id));
        parts = rest;
        records.push(record(row, own)?);
    }
    Ok(records)
}

async fn one<C: ConnectionTrait>(c: &C, tenant: TenantId, row: Option<Model>) -> Result<PaymentRecord, StoreError> {
    let rows = vec![row.ok_or(StoreError::NotFound)?];
    records(c, tenant, rows).await?.pop().ok_or(StoreError::NotFound)
}

/// One payment.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub async fn get<C: ConnectionTrait>(c: &C, tenant: TenantId, id: PaymentId) -> Result<PaymentRecord, StoreError> {
    one(c, tenant, Entity::find_by_id((tenant.0, id.0)).one(c).await?).await
}

/// One payment by its source's id.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub async fn by_external<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    source: &str,
    external_id: &str,
) -> Result<PaymentRecord, StoreError> {
    let query =
        Entity::find().filter(Column::TenantId.eq(tenant.0)).filter(Column::Source.eq(source)).filter(Column::ExternalId.eq(external_id));
    one(c, tenant, query.one(c).await?).await
}

/// Payments, newest first, from after the one with the id `after` on.
///
/// # Errors
/// The database's.
pub async fn list<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    customer: Option<CustomerId>,
    after: Option<Uuid>,
    limit: u64,
) -> Result<Vec<PaymentRecord>, StoreError> {
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
