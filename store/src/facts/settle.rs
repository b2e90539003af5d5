//! What every touched customer owes, computed anew from facts.

use std::collections::{BTreeMap, BTreeSet};

use relance_domain::{
    event::EventType,
    ids::InvoiceId,
    ledger::{Allocation, Balance, LedgerFacts, Origin, allocate, balance_on},
    records::InvoiceStatus,
};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::book::Book;
use crate::{
    StoreError,
    entity::{allocations, invoices, payments},
    ledger,
    time::millis,
};

/// Settles every customer whose debt may have changed.
pub(super) fn settle(book: &mut Book) -> Result<(), StoreError> {
    let mut ledgers: BTreeMap<Uuid, LedgerFacts> = book.unsettled.iter().map(|id| (*id, LedgerFacts::default())).collect();
    if ledgers.is_empty() {
        return Ok(());
    }
    for row in book.invoices.all() {
        if let Some(ledger) = ledgers.get_mut(&row.customer_id) {
            ledger.invoices.push(ledger::invoice(row)?);
        }
    }
    for row in book.credit_notes.all() {
        if let Some(ledger) = ledgers.get_mut(&row.customer_id) {
            ledger.credits.push(ledger::credit(row)?);
        }
    }
    for row in book.payments.all() {
        if let Some(ledger) = ledgers.get_mut(&row.customer_id) {
            ledger.payments.push(ledger::payment(row)?);
        }
    }
    let mut disputed = disputed_parts(book);
    for (customer, mut facts) in ledgers {
        book.request_id = book.movers.get(&customer).cloned();
        let before = book.allocations.remove(&customer).unwrap_or_default();
        facts.allocations = before.iter().map(ledger::allocation).collect::<Result<_, _>>()?;
        let made = allocate(&facts, book.now);
        let balance = balance_on(&facts, &made, None);
        replace(book, customer, before, &made)?;
        settle_invoices(book, &balance, &mut disputed)?;
        settle_money(book, &facts, &balance);
    }
    Ok(())
}

/// Writes the difference between the allocations before and now. One that stays keeps its id.
fn replace(book: &mut Book, customer: Uuid, before: Vec<allocations::Model>, made: &[Allocation]) -> Result<(), StoreError> {
    let mut known: BTreeMap<(Origin, InvoiceId, String, i64), Vec<allocations::Model>> = BTreeMap::new();
    for row in before {
        let allocation = ledger::allocation(&row)?;
        known.entry((allocation.origin, allocation.invoice, row.rule.clone(), row.made_at)).or_default().push(row);
    }
    let mut now = Vec::with_capacity(made.len());
    for allocation in made {
        let key = (allocation.origin, allocation.invoice, allocation.rule.as_str().to_owned(), millis(allocation.made_at));
        let old = known.get_mut(&key).and_then(Vec::pop);
        let id = old.as_ref().map_or_else(Uuid::now_v7, |row| row.id);
        let row = ledger::allocation_row(book.tenant.0, customer, id, allocation);
        if old.as_ref() != Some(&row) {
            book.allocated.push(row.clone());
        }
        now.push(row);
    }
    book.withdrawn.extend(known.into_values().flatten().map(|row| row.id));
    book.allocations.insert(customer, now);
    Ok(())
}

/// Invoice → its open disputed parts; `None`: the whole.
fn disputed_parts(book: &Book) -> BTreeMap<Uuid, Vec<Option<i64>>> {
    let mut parts: BTreeMap<Uuid, Vec<Option<i64>>> = BTreeMap::new();
    for dispute in book.disputes.all().filter(|dispute| dispute.status == "open") {
        parts.entry(dispute.invoice_id).or_default().push(dispute.amount);
    }
    parts
}

fn settle_invoices(book: &mut Book, balance: &Balance, disputed: &mut BTreeMap<Uuid, Vec<Option<i64>>>) -> Result<(), StoreError> {
    for line in &balance.invoices {
        let id = line.invoice.0;
        let Some(row) = book.invoices.get(id).cloned() else { continue };
        let voided = ledger::invoice(&row)?.voided;
        let parts = disputed.remove(&id).unwrap_or_default();
        let sum = parts.iter().fold(0_i64, |sum, part| sum.saturating_add(part.unwrap_or(line.amount_due)));
        let status = match (voided, line.amount_due) {
            (true, _) => InvoiceStatus::Void,
            (false, 0) => InvoiceStatus::Paid,
            (false, _) if row.status == InvoiceStatus::WrittenOff.as_str() => InvoiceStatus::WrittenOff,
            (false, _) => InvoiceStatus::Open,
        };
        let settled = invoices::Model {
            paid: line.paid,
            credited: line.credited,
            amount_due: line.amount_due,
            disputed: sum.min(line.amount_due),
            status: status.as_str().to_owned(),
            updated_at: millis(book.now),
            ..row.clone()
        };
        let same = invoices::Model { updated_at: row.updated_at, ..settled.clone() } == row;
        let before = book.invoices.before(id).cloned();
        let is_new = book.invoices.is_new(id);
        if !same {
            book.invoices.put(settled.clone());
        }
        tell_invoice(book, if is_new { None } else { before.as_ref() }, &settled)?;
    }
    Ok(())
}

/// Says what became of an invoice against `before` the batch; `None`: it is new, nothing was settled.
fn tell_invoice(book: &mut Book, before: Option<&invoices::Model>, now: &invoices::Model) -> Result<(), StoreError> {
    let covered = |row: &invoices::Model| row.paid.saturating_add(row.credited);
    let (covered_before, due_before) = match before {
        Some(row) => (covered(row), row.amount_due),
        None => (0, if now.status == InvoiceStatus::Void.as_str() { 0 } else { now.payable.max(0) }),
    };
    if (covered_before, due_before) == (covered(now), now.amount_due) || now.status == InvoiceStatus::Void.as_str() {
        return Ok(());
    }
    let changes = changes(before, now)?;
    if now.amount_due == 0 && due_before > 0 {
        book.tell(EventType::InvoicePaid, now.id, changes);
    } else if covered(now) > covered_before && now.amount_due > 0 {
        book.tell(EventType::InvoicePartiallyPaid, now.id, changes);
    } else if !book.told(EventType::InvoiceUpdated, now.id) {
        book.tell(EventType::InvoiceUpdated, now.id, changes);
    }
    Ok(())
}

fn changes(before: Option<&invoices::Model>, now: &invoices::Model) -> Result<Map<String, Value>, StoreError> {
    let Some(before) = before else { return Ok(Map::new()) };
    let mut changes = Map::new();
    for (field, old, new) in
        [("paid", before.paid, now.paid), ("credited", before.credited, now.credited), ("amount_due", before.amount_due, now.amount_due)]
    {
        if old != new {
            changes.insert(field.to_owned(), ledger::money("invoices", old, &before.currency)?.plain().into());
        }
    }
    if before.status != now.status {
        changes.insert("status".to_owned(), before.status.clone().into());
    }
    Ok(changes)
}

/// What is left of payments and credit notes.
fn settle_money(book: &mut Book, facts: &LedgerFacts, balance: &Balance) {
    let left: BTreeMap<Origin, i64> = balance.unapplied.iter().map(|(origin, money)| (*origin, money.minor)).collect();
    let reversed: BTreeSet<Uuid> = facts.payments.iter().filter(|one| one.reversed_on.is_some()).map(|one| one.id.0).collect();
    for id in facts.payments.iter().map(|one| one.id) {
        let unapplied = left.get(&Origin::Payment(id)).copied().unwrap_or_default();
        let Some(row) = book.payments.get(id.0).cloned() else { continue };
        let before = if book.payments.is_new(id.0) { 0 } else { book.payments.before(id.0).map_or(0, |row| row.unapplied) };
        if row.unapplied != unapplied {
            book.payments.put(payments::Model { unapplied, ..row });
        }
        if unapplied > 0 && before == 0 && !reversed.contains(&id.0) {
            book.tell(EventType::PaymentUnapplied, id.0, Map::new());
        }
    }
    for id in facts.credits.iter().map(|one| one.id) {
        let unapplied = left.get(&Origin::CreditNote(id)).copied().unwrap_or_default();
        if let Some(mut row) = book.credit_notes.get(id.0).filter(|row| row.unapplied != unapplied).cloned() {
            row.unapplied = unapplied;
            book.credit_notes.put(row);
        }
    }
}
