//! What a batch tells: events with the things as they are once settled, and one result for each fact.

use relance_domain::{
    event::SubjectType,
    ids::{ContactId, CreditNoteId, CustomerId, DisputeId, HoldId, InvoiceId, PaymentId, PromiseId},
    records::{DisputeRecord, EventObject, HoldRecord, PromiseRecord},
};
use uuid::Uuid;

use super::{
    FactResult, Mode,
    book::{Book, Kind, Taken},
};
use crate::{
    StoreError, credit_notes, customers,
    entity::{allocations, disputes, holds, promises},
    invoices, json, ledger,
    outbox::NewEvent,
    payments,
    time::{day, instant},
};

/// The events of the batch, in order.
pub(super) fn events(book: &Book) -> Result<Vec<NewEvent>, StoreError> {
    let mut events = Vec::with_capacity(book.tellings.len());
    for telling in &book.tellings {
        let kind = match telling.kind.subject_type() {
            SubjectType::Customer => Kind::Customer,
            SubjectType::Invoice => Kind::Invoice,
            SubjectType::CreditNote => Kind::CreditNote,
            SubjectType::Payment => Kind::Payment,
            SubjectType::Dispute => Kind::Dispute,
            SubjectType::Promise => Kind::Promise,
            SubjectType::Hold => Kind::Hold,
            other => return Err(StoreError::inconsistent("events", format!("no fact is about a {}", other.as_str()))),
        };
        if let Some(object) = object(book, kind, telling.subject)? {
            let (changes, first, request_id) = (telling.changes.clone(), telling.first, telling.request_id.clone());
            events.push(NewEvent { kind: telling.kind, subject: telling.subject, object, changes, first, request_id });
        }
    }
    Ok(events)
}

/// What became of each fact.
pub(super) fn results(book: &Book, taken: Vec<Taken>, mode: Mode) -> Result<Vec<FactResult>, StoreError> {
    let result = |taken: Taken| {
        let object = match taken.about.filter(|_| mode == Mode::DryRun) {
            Some((kind, id)) => object(book, kind, id)?,
            None => None,
        };
        Ok(FactResult { outcome: taken.outcome, resource: taken.about.map(|(kind, id)| named(kind, id)), object })
    };
    taken.into_iter().map(result).collect()
}

fn named(kind: Kind, id: Uuid) -> (&'static str, String) {
    match kind {
        Kind::Customer => ("customer", CustomerId(id).to_string()),
        Kind::Invoice => ("invoice", InvoiceId(id).to_string()),
        Kind::CreditNote => ("credit_note", CreditNoteId(id).to_string()),
        Kind::Payment => ("payment", PaymentId(id).to_string()),
        Kind::Dispute => ("dispute", DisputeId(id).to_string()),
        Kind::Promise => ("promise", PromiseId(id).to_string()),
        Kind::Hold => ("hold", HoldId(id).to_string()),
    }
}

fn object(book: &Book, kind: Kind, id: Uuid) -> Result<Option<EventObject>, StoreError> {
    Ok(match kind {
        Kind::Customer => match book.customers.get(id) {
            Some(row) => Some(EventObject::Customer(Box::new(customers::record(row.clone(), book.people.rows(id))?))),
            None => None,
        },
        Kind::Invoice => match book.invoices.get(id) {
            Some(row) => {
                let record = match book.invoice_details.get(&id) {
                    Some(details) => invoices::record_with(row, details.clone(), book.today)?,
                    None => invoices::record(row, book.today)?,
                };
                Some(EventObject::Invoice(Box::new(record)))
            }
            None => None,
        },
        Kind::CreditNote => match book.credit_notes.get(id) {
            Some(row) => {
                let own = allocated(book, row.customer_id, |one| one.credit_note_id == Some(id));
                Some(EventObject::CreditNote(Box::new(credit_notes::record(row.clone(), own)?)))
            }
            None => None,
        },
        Kind::Payment => match book.payments.get(id) {
            Some(row) => {
                let own = allocated(book, row.customer_id, |one| one.payment_id == Some(id));
                Some(EventObject::Payment(Box::new(payments::record(row.clone(), own)?)))
            }
            None => None,
        },
        Kind::Dispute => match book.disputes.get(id) {
            Some(row) => Some(EventObject::Dispute(Box::new(dispute(book, row)?))),
            None => None,
        },
        Kind::Promise => match book.promises.get(id) {
            Some(row) => Some(EventObject::Promise(Box::new(promise(row)?))),
            None => None,
        },
        Kind::Hold => match book.holds.get(id) {
            Some(row) => Some(EventObject::Hold(Box::new(hold(row)?))),
            None => None,
        },
    })
}

fn allocated(book: &Book, customer: Uuid, own: impl Fn(&allocations::Model) -> bool) -> Vec<allocations::Model> {
    let all = book.allocations.get(&customer).into_iter().flatten();
    all.filter(|row| own(row)).cloned().collect()
}

fn dispute(book: &Book, row: &disputes::Model) -> Result<DisputeRecord, StoreError> {
    let invoice = book.invoices.get(row.invoice_id).ok_or_else(|| StoreError::inconsistent("disputes", "its invoice is gone"))?;
    let currency = ledger::currency("invoices", &invoice.currency)?;
    Ok(DisputeRecord {
        id: DisputeId(row.id),
        customer_id: CustomerId(row.customer_id),
        invoice_id: InvoiceId(row.invoice_id),
        amount: row.amount.map(|minor| currency.minor(minor)),
        reason_code: row.reason_code.clone(),
        comment: row.comment.clone(),
        status: row.status.clone(),
        outcome: row.outcome.clone(),
        resolved_at: row.resolved_at.map(instant),
        row_version: row.row_version,
        created_at: instant(row.created_at),
    })
}

fn promise(row: &promises::Model) -> Result<PromiseRecord, StoreError> {
    Ok(PromiseRecord {
        id: PromiseId(row.id),
        customer_id: CustomerId(row.customer_id),
        invoice_ids: json::read("promises", &row.invoice_ids)?,
        amount: ledger::money("promises", row.amount, &row.currency)?,
        promised_on: day("promises", &row.promised_on)?,
        grace_until_on: day("promises", &row.grace_until_on)?,
        made_on: day("promises", &row.made_on)?,
        method: row.method.clone(),
        made_by: row.made_by.clone(),
        status: row.status.clone(),
        settled_at: row.settled_at.map(instant),
        row_version: row.row_version,
        created_at: instant(row.created_at),
    })
}

fn hold(row: &holds::Model) -> Result<HoldRecord, StoreError> {
    let target_id = row.target_id.map(|id| match row.scope.as_str() {
        "customer" => CustomerId(id).to_string(),
        "invoice" => InvoiceId(id).to_string(),
        _ => ContactId(id).to_string(),
    });
    Ok(HoldRecord {
        id: HoldId(row.id),
        scope: row.scope.clone(),
        target_id,
        customer_id: row.customer_id.map(CustomerId),
        reason: row.reason.clone(),
        until_on: row.until_on.as_deref().map(|text| day("holds", text)).transpose()?,
        before_on: row.before_on.as_deref().map(|text| day("holds", text)).transpose()?,
        placed_by: row.placed_by.clone(),
        placed_at: instant(row.created_at),
        released_at: row.released_at.map(instant),
        released_by: row.released_by.clone(),
        row_version: row.row_version,
    })
}
