//! Writes what a batch changed: one statement a table, events last.

use sea_orm::{ConnectionTrait, DatabaseTransaction, Statement};
use uuid::Uuid;

use super::{book::Book, tell};
use crate::{
    StoreError, any,
    batch::{self, OnConflict},
    entity::{
        allocations, contacts, credit_notes, customers, disputes, holds, ingest_events, invoices, parked, payments, promises, sources,
    },
    outbox,
    time::millis,
    touch,
};

/// Columns of a customer that belong to those who look at it.
const LOOK: OnConflict = OnConflict::ReplaceBut(&["next_check_at", "lease_until", "lease_by", "last_decision", "facts_changed_at"]);
/// Columns of an invoice that belong to those who decide on it.
const DECISION: OnConflict = OnConflict::ReplaceBut(&["payee_confirmed", "dunning"]);

/// Writes everything; the caller commits.
pub(super) async fn write(tx: &DatabaseTransaction, book: Book) -> Result<(), StoreError> {
    let events = tell::events(&book)?;
    write_sources(tx, &book).await?;
    batch::insert::<customers::Entity, _>(tx, &book.customers.written(), LOOK).await?;
    batch::insert::<contacts::Entity, _>(tx, &book.people.written(), OnConflict::Replace).await?;
    batch::insert::<invoices::Entity, _>(tx, &book.invoices.written(), DECISION).await?;
    batch::insert::<credit_notes::Entity, _>(tx, &book.credit_notes.written(), OnConflict::Replace).await?;
    batch::insert::<payments::Entity, _>(tx, &book.payments.written(), OnConflict::Replace).await?;
    delete(tx, &book, "allocations", &book.withdrawn).await?;
    batch::insert::<allocations::Entity, _>(tx, &book.allocated, OnConflict::Replace).await?;
    batch::insert::<disputes::Entity, _>(tx, &book.disputes.written(), OnConflict::Replace).await?;
    batch::insert::<promises::Entity, _>(tx, &book.promises.written(), OnConflict::Replace).await?;
    batch::insert::<holds::Entity, _>(tx, &book.holds.written(), OnConflict::Replace).await?;
    write_parked(tx, &book).await?;
    write_identities(tx, &book).await?;
    look(tx, &book).await?;
    outbox::append(tx, book.tenant, book.now, book.real_now, events).await
}

/// A source springs into being at its first fact.
async fn write_sources(tx: &DatabaseTransaction, book: &Book) -> Result<(), StoreError> {
    let rows: Vec<sources::Model> = book.sources.iter().map(|name| source_row(book.tenant.0, name, millis(book.now))).collect();
    batch::insert::<sources::Entity, _>(tx, &rows, OnConflict::Keep).await?;
    Ok(())
}

/// A source that nothing was heard of yet.
pub(crate) fn source_row(tenant: Uuid, name: &str, now: i64) -> sources::Model {
    sources::Model {
        tenant_id: tenant,
        name: name.to_owned(),
        id: Uuid::now_v7(),
        payments_complete_until: None,
        heartbeat_at: None,
        open_items: None,
        ledger_differs: false,
        created_at: now,
    }
}

async fn write_parked(tx: &DatabaseTransaction, book: &Book) -> Result<(), StoreError> {
    delete(tx, book, "parked", &book.parking.freed).await?;
    let moved: Vec<parked::Model> = book.parking.moved.values().cloned().collect();
    batch::insert::<parked::Entity, _>(tx, &moved, OnConflict::Replace).await?;
    let new: Vec<parked::Model> = book.parking.new.values().cloned().collect();
    batch::insert::<parked::Entity, _>(tx, &new, OnConflict::Keep).await?;
    Ok(())
}

async fn write_identities(tx: &DatabaseTransaction, book: &Book) -> Result<(), StoreError> {
    let row = |key: &(String, String)| {
        let digest = book.events_known.get(key)?.clone();
        let (source, event_id) = key.clone();
        Some(ingest_events::Model { tenant_id: book.tenant.0, source, event_id, digest, received_at: millis(book.now) })
    };
    let rows: Vec<ingest_events::Model> = book.events_new.iter().filter_map(row).collect();
    batch::insert::<ingest_events::Entity, _>(tx, &rows, OnConflict::Keep).await?;
    Ok(())
}

async fn delete(tx: &DatabaseTransaction, book: &Book, table: &str, ids: &[Uuid]) -> Result<(), StoreError> {
    if ids.is_empty() {
        return Ok(());
    }
    let backend = tx.get_database_backend();
    let sql = format!("DELETE FROM {table} WHERE tenant_id = $1 AND id {}", any::of_ids(backend, 2));
    let values = [book.tenant.0.into(), any::ids(backend, ids.iter().copied())];
    tx.execute_raw(Statement::from_sql_and_values(backend, sql, values)).await?;
    Ok(())
}

/// Touched customers are looked at now; where the debt changed, since when is written down.
async fn look(tx: &DatabaseTransaction, book: &Book) -> Result<(), StoreError> {
    let known = |id: &&Uuid| !book.customers.is_new(**id); // new ones carry it in their row
    let debts: Vec<Uuid> = book.debts.iter().filter(known).copied().collect();
    let others: Vec<Uuid> = book.touched.difference(&book.debts).filter(known).copied().collect();
    for (ids, set) in [(debts, "facts_changed_at = $3, "), (others, "")].into_iter().filter(|(ids, _)| !ids.is_empty()) {
        let backend = tx.get_database_backend();
        let due = "next_check_at = CASE WHEN next_check_at <= $3 THEN next_check_at ELSE $3 END";
        let sql = format!("UPDATE customers SET {set}{due} WHERE tenant_id = $1 AND id {}", any::of_ids(backend, 2));
        let values = [book.tenant.0.into(), any::ids(backend, ids), millis(book.now).into()];
        tx.execute_raw(Statement::from_sql_and_values(backend, sql, values)).await?;
    }
    if book.touched.is_empty() { Ok(()) } else { touch::wake_clock(tx, book.tenant).await }
}
