//! Invoices.

use chrono::NaiveDate;
use relance_domain::{
    dunning::InvoiceDunning,
    ids::{CustomerId, InvoiceId},
    invoice::InvoiceDetails,
    records::{InvoiceRecord, InvoiceStatus},
};

use super::json;
use crate::{StoreError, entity::invoices, time::instant};

/// An invoice as events carry it; `today` is the tenant's day.
pub(in crate::dunning) fn invoice(row: &invoices::Model, today: NaiveDate) -> Result<InvoiceRecord, StoreError> {
    let details: InvoiceDetails = json("invoices", &row.details)?;
    let status = InvoiceStatus::parse(&row.status).ok_or_else(|| StoreError::inconsistent("invoices", &row.status))?;
    let overdue = status == InvoiceStatus::Open && row.amount_due > 0 && details.due_on < today;
    Ok(InvoiceRecord {
        id: InvoiceId(row.id),
        source: row.source.clone(),
        external_id: row.external_id.clone(),
        source_version: row.source_version,
        customer_id: CustomerId(row.customer_id),
        paid: row.paid,
        credited: row.credited,
        amount_due: row.amount_due,
        status,
        disputed: row.disputed,
        overdue,
        days_overdue: if overdue { today.signed_duration_since(details.due_on).num_days() } else { 0 },
        dunning: row.dunning.as_deref().map(|text| json("invoices", text)).transpose()?.unwrap_or_else(never_looked_at),
        details,
        row_version: row.row_version,
        created_at: instant(row.created_at),
        updated_at: instant(row.updated_at),
    })
}

fn never_looked_at() -> InvoiceDunning {
    InvoiceDunning { state: "idle".to_owned(), ..InvoiceDunning::default() }
}
