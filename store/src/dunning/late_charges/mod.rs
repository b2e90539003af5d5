//! The claims ledger: charges that a message really claimed, once per invoice and rule. They stand beside invoices and
//! never change one.

mod account;
mod post;
mod waive;

use relance_domain::{
    ids::{ChargeId, CustomerId, InvoiceId, ReminderId, TenantId},
    records::LateChargeRecord,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::rows::{json, money, text};
use crate::{
    StoreError,
    entity::late_charges::{Column, Entity, Model},
    time::{instant, millis},
};

pub use account::account;
pub(super) use account::under;
pub(super) use post::{Claimed, post};
pub use waive::waive;
pub(super) use waive::{CHARGES_LEFT, lapse, waive_left};

const TABLE: &str = "late_charges";

/// Which charges are listed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of one customer.
    pub customer_id: Option<CustomerId>,
    /// On one invoice.
    pub invoice_id: Option<InvoiceId>,
    /// In one of these states; empty: any.
    pub status: Vec<String>,
}

/// One charge.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub async fn get<C: ConnectionTrait>(c: &C, tenant: TenantId, id: ChargeId) -> Result<LateChargeRecord, StoreError> {
    record(&Entity::find_by_id((tenant.0, id.0)).one(c).await?.ok_or(StoreError::NotFound)?)
}

/// Charges, newest first, after `after`.
///
/// # Errors
/// The database's.
pub async fn list<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    filter: &Filter,
    after: Option<Uuid>,
    limit: u64,
) -> Result<Vec<LateChargeRecord>, StoreError> {
    let mut query = Entity::find().filter(Column::TenantId.eq(tenant.0));
    if let Some(customer) = filter.customer_id {
        query = query.filter(Column::CustomerId.eq(customer.0));
    }
    if let Some(invoice) = filter.invoice_id {
        query = query.filter(Column::InvoiceId.eq(invoice.0));
    }
    if !filter.status.is_empty() {
        query = query.filter(Column::Status.is_in(filter.status.iter().map(String::as_str)));
    }
    if let Some(after) = after {
        query = query.filter(Column::Id.lt(after));
    }
    query.order_by_desc(Column::Id).limit(limit).all(c).await?.iter().map(record).collect()
}

fn record(row: &Model) -> Result<LateChargeRecord, StoreError> {
    Ok(LateChargeRecord {
        id: ChargeId(row.id),
        customer_id: CustomerId(row.customer_id),
        invoice_id: InvoiceId(row.invoice_id),
        rule: row.rule.clone(),
        status: row.status.clone(),
        amount: money(TABLE, row.amount, &row.currency)?,
        reminder_id: row.reminder_id.map(ReminderId),
        body: json(TABLE, &row.body)?,
        row_version: row.row_version,
        created_at: instant(row.created_at),
    })
}

fn row(tenant: TenantId, record: &LateChargeRecord) -> Result<Model, StoreError> {
    Ok(Model {
        tenant_id: tenant.0,
        id: record.id.0,
        customer_id: record.customer_id.0,
        invoice_id: record.invoice_id.0,
        rule: record.rule.clone(),
        status: record.status.clone(),
        amount: record.amount.minor,
        currency: record.amount.currency.code().to_owned(),
        reminder_id: record.reminder_id.map(|id| id.0),
        body: text(TABLE, &record.body)?,
        row_version: record.row_version,
        created_at: millis(record.created_at),
    })
}
