//! Customers' contacts and invoices.

use chrono::NaiveDate;
use relance_domain::{
    customer::Contact,
    dunning::{InvoiceDunning, InvoiceFacts, StepRecord},
    ids::{ContactId, CustomerId, InvoiceId},
    invoice::InvoiceDetails,
    records::{InvoiceRecord, InvoiceStatus},
};

use super::json;
use crate::{
    StoreError,
    entity::{contacts, invoices},
    time::instant,
};

/// Contacts that their source still states.
pub(in crate::dunning) fn customer_contacts(rows: Vec<contacts::Model>) -> Result<Vec<Contact>, StoreError> {
    let mut rows = rows;
    rows.sort_by_key(|row| row.position);
    rows.into_iter()
        .filter(|row| !row.gone)
        .map(|row| {
            Ok(Contact {
                id: ContactId(row.id),
                details: json("contacts", &row.details)?,
                suppressed_channels: json("contacts", &row.suppressed)?,
            })
        })
        .collect()
}

/// An invoice as the decision sees it.
pub(in crate::dunning) fn invoice_facts(row: &invoices::Model, steps: Vec<StepRecord>) -> Result<InvoiceFacts, StoreError> {
    let details: InvoiceDetails = json("invoices", &row.details)?;
    Ok(InvoiceFacts {
        id: InvoiceId(row.id),
        number: details.number,
        issued_on: details.issued_on,
        due_on: details.due_on,
        delivered_on: details.delivered_on,
        received_on: details.received_on,
        currency: details.currency,
        amount_due: row.amount_due,
        disputed: row.disputed,
        voided: details.voided || row.status == InvoiceStatus::Void.as_str(),
        direct_debit: details.direct_debit,
        factored: details.factored,
        payee_name: details.payee_name,
        payee_iban: details.payee_iban,
        payment_url: details.payment_url,
        payee_confirmed: row.payee_confirmed,
        overdue_announced: row.overdue_announced,
        lifecycle_status: row.lifecycle_status.clone(),
        steps,
    })
}

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
