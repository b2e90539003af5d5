//! One invoice, and the rows that a list of them is made of: one statement each.

use chrono::NaiveDate;
use relance_domain::{
    ids::{InvoiceId, TenantId},
    records::InvoiceRecord,
};

use super::Told;
use crate::{
    Store, StoreError, any,
    reads::{Arg, Question, Row},
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

static BY_ID: Question = Question::new(|_| concat!(told!(), " AND i.id = $2").to_owned());
static BY_IDS: Question = Question::new(|backend| format!("{} AND i.id {}", told!(), any::of_ids(backend, 2)));
static BY_EXTERNAL: Question = Question::new(|_| concat!(told!(), " AND i.source = $2 AND i.external_id = $3").to_owned());

/// These invoices, in any order, without those that are not there.
///
/// # Errors
/// The database's.
pub async fn get_all(store: &Store, tenant: TenantId, ids: &[InvoiceId]) -> Result<Vec<InvoiceRecord>, StoreError> {
    let rows = match ids {
        [] => Vec::new(),
        [id] => store.readers().ask(tenant, &BY_ID, &[Arg::Id(id.0)]).await?,
        _ => store.readers().ask(tenant, &BY_IDS, &[Arg::Ids(ids.iter().map(|id| id.0).collect())]).await?,
    };
    records(store, tenant, &rows).await
}

/// One invoice by its source's id.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub async fn get_by_external(store: &Store, tenant: TenantId, source: &str, external_id: &str) -> Result<InvoiceRecord, StoreError> {
    let names = [Arg::Text(source.to_owned()), Arg::Text(external_id.to_owned())];
    let rows = store.readers().ask(tenant, &BY_EXTERNAL, &names).await?;
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
