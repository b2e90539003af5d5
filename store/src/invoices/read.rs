//! One invoice, and the rows that a list of them is made of: one statement each.

use chrono::NaiveDate;
use relance_domain::{
    ids::{InvoiceId, TenantId},
    records::InvoiceRecord,
};

use super::Told;
use crate::{
    Store, StoreError,
    reads::{Arg, Row},
};

/// What is told of an invoice `i`, and what its tenant's day is judged by.
macro_rules! told {
    () => {
        "SELECT i.id, i.source, i.external_id, i.source_version, i.customer_id, i.details, i.paid, i.credited, i.amount_due, i.status, \
         i.disputed, i.dunning, i.row_version, i.created_at, i.updated_at, \
         (SELECT t.clock_at FROM tenants t WHERE t.id = {own}) AS clock_at, \
         (SELECT t.settings_version FROM tenants t WHERE t.id = {own}) AS settings_version \
         FROM invoices i WHERE i.tenant_id = {tenant}"
    };
}
pub(super) use told;

const BY_ID: &str = concat!(told!(), " AND i.id = $2");
const BY_EXTERNAL: &str = concat!(told!(), " AND i.source = $2 AND i.external_id = $3");

/// One invoice.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub async fn get(store: &Store, tenant: TenantId, id: InvoiceId) -> Result<InvoiceRecord, StoreError> {
    one(store, tenant, store.readers().ask(tenant, BY_ID, &[Arg::Id(id.0)]).await?).await
}

/// One invoice by its source's id.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub async fn get_by_external(store: &Store, tenant: TenantId, source: &str, external_id: &str) -> Result<InvoiceRecord, StoreError> {
    let names = [Arg::Text(source.to_owned()), Arg::Text(external_id.to_owned())];
    one(store, tenant, store.readers().ask(tenant, BY_EXTERNAL, &names).await?).await
}

async fn one(store: &Store, tenant: TenantId, rows: Vec<Row>) -> Result<InvoiceRecord, StoreError> {
    records(store, tenant, &rows).await?.pop().ok_or(StoreError::NotFound)
}

/// The invoices of rows that [`told!`] selected.
pub(super) async fn records(store: &Store, tenant: TenantId, rows: &[Row]) -> Result<Vec<InvoiceRecord>, StoreError> {
    let Some(first) = rows.first() else { return Ok(Vec::new()) };
    let today = store.zones().today(store, tenant, first.get(15)?, first.get(16)?).await?;
    rows.iter().map(|row| record(row, today)).collect()
}

fn record(row: &Row, today: NaiveDate) -> Result<InvoiceRecord, StoreError> {
    let told = Told {
        id: row.get(0)?,
        source: row.get(1)?,
        external_id: row.get(2)?,
        source_version: row.get(3)?,
        customer_id: row.get(4)?,
        details: row.get(5)?,
        paid: row.get(6)?,
        credited: row.get(7)?,
        amount_due: row.get(8)?,
        status: row.get(9)?,
        disputed: row.get(10)?,
        dunning: row.get(11)?,
        row_version: row.get(12)?,
        created_at: row.get(13)?,
        updated_at: row.get(14)?,
    };
    told.record(today)
}
