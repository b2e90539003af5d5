//! Writes what a batch changed: one statement a table, events last.

use sea_orm::{ConnectionTrait, DatabaseTransaction, EntityTrait, ModelTrait, Statement};
use uuid::Uuid;

use super::{
    book::Book,
    rows::{Row, Rows, Written},
    tell,
};
use crate::{
    StoreError, any,
    batch::{self, OnConflict},
    entity::{
        allocations, contacts, credit_notes, customers, disputes, holds, ingest_events, invoices, parked, payments, promises, sources,
    },
    listen, outbox,
    time::millis,
    touch,
};

/// Columns of a customer that belong to those who look at it.
const LOOK: OnConflict = OnConflict::ReplaceBut(&["next_check_at", "lease_until", "lease_by", "last_decision", "facts_changed_at"]);
/// Columns of an invoice that belong to those who decide on it.
const DECISION: OnConflict = OnConflict::ReplaceBut(&["payee_confirmed", "dunning"]);

/// In milliseconds.
const SECOND: i64 = 1_000;

/// Writes everything; the caller commits.
pub(super) async fn write(tx: &DatabaseTransaction, book: Book) -> Result<(), StoreError> {
    let events = tell::events(&book)?;
    look(tx, &book).await?;
    write_sources(tx, &book).await?;
    write_parked(tx, &book).await?;
    write_identities(tx, &book).await?;
    delete(tx, &book, "allocations", &book.withdrawn).await?;
    batch::insert::<allocations::Entity, _>(tx, &book.allocated, OnConflict::Replace).await?;
    batch::insert::<contacts::Entity, _>(tx, &book.people.written(), OnConflict::Replace).await?;
    rows::<customers::Entity>(tx, book.customers, LOOK).await?;
    rows::<invoices::Entity>(tx, book.invoices, DECISION).await?;
    rows::<credit_notes::Entity>(tx, book.credit_notes, OnConflict::Replace).await?;
    rows::<payments::Entity>(tx, book.payments, OnConflict::Replace).await?;
    rows::<disputes::Entity>(tx, book.disputes, OnConflict::Replace).await?;
    rows::<promises::Entity>(tx, book.promises, OnConflict::Replace).await?;
    rows::<holds::Entity>(tx, book.holds, OnConflict::Replace).await?;
    outbox::append(tx, book.tenant, book.now, book.real_now, events).await
}

/// What is new is inserted, without asking for each row whether it was there.
async fn rows<E>(tx: &DatabaseTransaction, rows: Rows<E::Model>, on_conflict: OnConflict) -> Result<(), StoreError>
where
    E: EntityTrait,
    E::Model: ModelTrait<Entity = E> + Row,
{
    let Written { new, changed } = rows.written();
    batch::insert::<E, _>(tx, &new, OnConflict::Fail).await?;
    batch::insert::<E, _>(tx, &changed, on_conflict).await?;
    Ok(())
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
        kind: None,
        webhook: "disabled".to_owned(),
        config: None,
        sealed_secrets: None,
        row_version: 1,
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
    let rows: Vec<ingest_events::Model> = book.events_new.values().cloned().collect();
    batch::insert::<ingest_events::Entity, _>(tx, &rows, OnConflict::Replace).await?;
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

/// Touched customers are looked at now; where the debt changed, since when is written down, to the second: so
/// that not every fact of a busy customer writes its row. Those rows are locked: whoever looks at one of them
/// waits for our commit.
async fn look(tx: &DatabaseTransaction, book: &Book) -> Result<(), StoreError> {
    let known = |id: &&Uuid| !book.customers.is_new(**id); // new ones carry it in their row
    let debts: Vec<Uuid> = book.debts.iter().filter(known).copied().collect();
    let others: Vec<Uuid> = book.touched.difference(&book.debts).filter(known).copied().collect();
    let now = millis(book.now);
    let told_since = if book.live { now - SECOND } else { now };
    let late = "(next_check_at IS NULL OR next_check_at > $3)";
    let changed = format!("(facts_changed_at < $4 OR {late})");
    let lists =
        [(debts, "facts_changed_at = $3, ", changed.as_str(), vec![now.into(), told_since.into()]), (others, "", late, vec![now.into()])];
    for (ids, set, which, instants) in lists.into_iter().filter(|(ids, ..)| !ids.is_empty()) {
        let backend = tx.get_database_backend();
        let due = "next_check_at = CASE WHEN next_check_at <= $3 THEN next_check_at ELSE $3 END";
        let sql = format!("UPDATE customers SET {set}{due} WHERE tenant_id = $1 AND id {} AND {which}", any::of_ids(backend, 2));
        let values = [vec![book.tenant.0.into(), any::ids(backend, ids)], instants].concat();
        tx.execute_raw(Statement::from_sql_and_values(backend, sql, values)).await?;
    }
    match (book.touched.is_empty(), book.live) {
        (true, _) => Ok(()),
        (false, true) => listen::say(tx).await,
        (false, false) => touch::wake_clock(tx, book.tenant).await,
    }
}
