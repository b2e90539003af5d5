//! Disputes: the disputed part of an invoice is not asked for.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use relance_domain::{
    event::EventType,
    ids::{CustomerId, DisputeId, InvoiceId, TenantId},
    records::{DisputeRecord, EventObject},
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};
use serde_json::{Map, json};
use uuid::Uuid;

use super::{claim::lock_rows, rows, writing::Moment};
use crate::{
    StoreError, Tx,
    batch::{self, OnConflict},
    entity::{disputes, invoices},
    outbox::NewEvent,
    time::millis,
};

/// A dispute to be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDispute {
    /// Invoice.
    pub invoice_id: InvoiceId,
    /// Disputed part as a plain decimal in the invoice's currency; `None`: the whole.
    pub amount: Option<String>,
    /// Reason.
    pub reason_code: String,
    /// Words.
    pub comment: Option<String>,
}

/// Which disputes are listed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of one customer.
    pub customer_id: Option<CustomerId>,
    /// On one invoice.
    pub invoice_id: Option<InvoiceId>,
    /// In one of these states; empty: any.
    pub status: Vec<String>,
}

/// One dispute.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub async fn get<C: ConnectionTrait>(c: &C, tenant: TenantId, id: DisputeId) -> Result<DisputeRecord, StoreError> {
    let row = disputes::Entity::find_by_id((tenant.0, id.0)).one(c).await?.ok_or(StoreError::NotFound)?;
    let list = with_currency(c, tenant, vec![row]).await?;
    list.into_iter().next().ok_or(StoreError::NotFound)
}

/// Disputes, newest first, after `after`.
///
/// # Errors
/// The database's.
pub async fn list<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    filter: &Filter,
    after: Option<Uuid>,
    limit: u64,
) -> Result<Vec<DisputeRecord>, StoreError> {
    let mut query = disputes::Entity::find().filter(disputes::Column::TenantId.eq(tenant.0));
    if let Some(customer) = filter.customer_id {
        query = query.filter(disputes::Column::CustomerId.eq(customer.0));
    }
    if let Some(invoice) = filter.invoice_id {
        query = query.filter(disputes::Column::InvoiceId.eq(invoice.0));
    }
    if !filter.status.is_empty() {
        query = query.filter(disputes::Column::Status.is_in(filter.status.iter().map(String::as_str)));
    }
    if let Some(after) = after {
        query = query.filter(disputes::Column::Id.lt(after));
    }
    with_currency(c, tenant, query.order_by_desc(disputes::Column::Id).limit(limit).all(c).await?).await
}

/// Opens a dispute.
///
/// # Errors
/// [`StoreError::NotFound`] without such an invoice; [`StoreError::WrongState`] when nothing of it is due
/// or its whole is disputed already; [`StoreError::Refused`] for an amount that is none, or too much.
pub async fn open(tx: &Tx, tenant: TenantId, new: NewDispute, real_now: DateTime<Utc>) -> Result<DisputeRecord, StoreError> {
    let invoice = locked_invoice(tx, tenant, new.invoice_id.0).await?;
    if invoice.amount_due <= 0 {
        return Err(StoreError::WrongState(format!("Nothing of the invoice is due: it is {}.", invoice.status)));
    }
    let known = on_invoice(tx, tenant, invoice.id).await?;
    if known.iter().any(|row| row.amount.is_none()) {
        return Err(StoreError::WrongState("The whole invoice is disputed already.".to_owned()));
    }
    let moment = Moment::at(tx, tenant, real_now).await?;
    let row = disputes::Model {
        tenant_id: tenant.0,
        id: Uuid::now_v7(),
        customer_id: invoice.customer_id,
        invoice_id: invoice.id,
        source: None,
        external_id: None,
        amount: new.amount.as_deref().map(|text| part(&invoice, text)).transpose()?,
        reason_code: new.reason_code,
        comment: new.comment,
        status: "open".to_owned(),
        outcome: None,
        resolved_at: None,
        row_version: 1,
        created_at: millis(moment.now),
    };
    save(tx, tenant, &invoice, row, EventType::DisputeOpened, moment).await
}

/// Settles a dispute: what was disputed is asked for again, unless a credit note says otherwise.
///
/// # Errors
/// [`StoreError::WrongState`] unless it is open.
pub async fn resolve(
    tx: &Tx,
    tenant: TenantId,
    id: DisputeId,
    outcome: String,
    comment: Option<String>,
    real_now: DateTime<Utc>,
) -> Result<DisputeRecord, StoreError> {
    let invoice = locked_invoice(tx, tenant, get(tx, tenant, id).await?.invoice_id.0).await?;
    let mut row = disputes::Entity::find_by_id((tenant.0, id.0)).one(tx).await?.ok_or(StoreError::NotFound)?;
    if row.status != "open" {
        return Err(StoreError::WrongState(format!("The dispute is {}.", row.status)));
    }
    let moment = Moment::at(tx, tenant, real_now).await?;
    row.status = "resolved".to_owned();
    row.outcome = Some(outcome);
    row.comment = comment.or(row.comment);
    row.resolved_at = Some(millis(moment.now));
    row.row_version += 1;
    save(tx, tenant, &invoice, row, EventType::DisputeResolved, moment).await
}

/// The invoice as it stands once its customer is ours until the commit.
async fn locked_invoice(tx: &Tx, tenant: TenantId, id: Uuid) -> Result<invoices::Model, StoreError> {
    let find = || invoices::Entity::find_by_id((tenant.0, id));
    let customer = find().one(tx).await?.ok_or(StoreError::NotFound)?.customer_id;
    lock_rows(tx, tenant, &[CustomerId(customer)]).await?;
    find().one(tx).await?.ok_or(StoreError::NotFound)
}

fn part(invoice: &invoices::Model, text: &str) -> Result<i64, StoreError> {
    let money = rows::currency("invoices", &invoice.currency)?
        .parse(text)
        .map_err(|error| StoreError::refused("money_precision", "/amount", format!("This is {error}.")))?;
    if money.minor <= 0 || money.minor > invoice.amount_due {
        let due = rows::money("invoices", invoice.amount_due, &invoice.currency)?;
        return Err(StoreError::refused("validation_failed", "/amount", format!("Between 0 and what is due, {due}.")));
    }
    Ok(money.minor)
}

async fn on_invoice(tx: &Tx, tenant: TenantId, invoice: Uuid) -> Result<Vec<disputes::Model>, StoreError> {
    Ok(disputes::Entity::find()
        .filter(disputes::Column::TenantId.eq(tenant.0))
        .filter(disputes::Column::InvoiceId.eq(invoice))
        .filter(disputes::Column::Status.eq("open"))
        .all(tx)
        .await?)
}

async fn save(
    tx: &Tx,
    tenant: TenantId,
    invoice: &invoices::Model,
    row: disputes::Model,
    kind: EventType,
    moment: Moment,
) -> Result<DisputeRecord, StoreError> {
    let record = rows::dispute(&row, &invoice.currency)?;
    let id = row.id;
    batch::insert::<disputes::Entity, _>(tx, &[row], OnConflict::Replace).await?;
    let open = on_invoice(tx, tenant, invoice.id).await?;
    let disputed = open.iter().fold(0_i64, |sum, row| sum.saturating_add(row.amount.unwrap_or(invoice.amount_due)));
    invoices::Entity::update_many()
        .col_expr(invoices::Column::Disputed, Expr::value(disputed.clamp(0, invoice.amount_due.max(0))))
        .col_expr(invoices::Column::RowVersion, Expr::value(invoice.row_version.saturating_add(1)))
        .filter(invoices::Column::TenantId.eq(tenant.0))
        .filter(invoices::Column::Id.eq(invoice.id))
        .exec(tx)
        .await?;
    let changes = if kind == EventType::DisputeResolved { Map::from_iter([("status".to_owned(), json!("open"))]) } else { Map::new() };
    let event = NewEvent { changes, ..NewEvent::new(kind, id, EventObject::Dispute(Box::new(record.clone()))) };
    moment.finish(tx, tenant, record.customer_id, vec![event]).await?;
    Ok(record)
}

/// Amounts of disputes are in the currency of their invoices.
async fn with_currency<C: ConnectionTrait>(c: &C, tenant: TenantId, list: Vec<disputes::Model>) -> Result<Vec<DisputeRecord>, StoreError> {
    let found: Vec<(Uuid, String)> = invoices::Entity::find()
        .select_only()
        .column(invoices::Column::Id)
        .column(invoices::Column::Currency)
        .filter(invoices::Column::TenantId.eq(tenant.0))
        .filter(invoices::Column::Id.is_in(list.iter().map(|row| row.invoice_id)))
        .into_tuple()
        .all(c)
        .await?;
    let currencies: BTreeMap<Uuid, String> = found.into_iter().collect();
    list.iter().map(|row| rows::dispute(row, currencies.get(&row.invoice_id).map_or("EUR", String::as_str))).collect()
}
