//! Invoices: snapshots, withdrawal, delivery, e-invoice status.

use chrono::NaiveDate;
use relance_domain::{
    customer::{CustomerDetails, CustomerKind},
    event::EventType,
    facts::{Fact, VersionVerdict, judge_version},
    invoice::{EinvoiceStatus, InvoiceDetails},
    law::PaymentTerm,
    records::InvoiceStatus,
};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{
    FactOutcome,
    book::{Book, Kind, Taken},
    customer::{Stated, differing, fields, json},
};
use crate::{
    entity::invoices,
    time::{day_text, millis},
};

/// Where in an invoice's provenance the instant of its e-invoice status stands.
const STATUS_AT: &str = "lifecycle_status";
/// Where it is written down when an invoice was withdrawn: a past day is told with it.
pub(crate) const VOIDED_AT: &str = "voided";

/// Takes an invoice's snapshot; its customer is known.
pub(super) fn take(book: &mut Book, stated: &Stated<'_>, customer: &str, details: &InvoiceDetails, due_on_missing: bool) -> Taken {
    let Some(customer_id) = book.customer_id(stated.source, customer) else { return Taken::bare(FactOutcome::Unchanged) };
    let known = book.invoices.find(stated.source, stated.external_id).cloned();
    let verdict = judge_version(known.as_ref().map(|row| (row.source_version, row.digest.as_str())), (stated.version, stated.digest));
    let id = known.as_ref().map_or_else(Uuid::now_v7, |row| row.id);
    let outcome = match verdict {
        VersionVerdict::Stale => return Taken::new(FactOutcome::Stale, Kind::Invoice, id),
        VersionVerdict::Conflict => return Taken::new(FactOutcome::VersionConflict, Kind::Invoice, id),
        VersionVerdict::Same => return Taken::new(FactOutcome::Unchanged, Kind::Invoice, id),
        VersionVerdict::Newer => FactOutcome::Changed,
        VersionVerdict::New => FactOutcome::Created,
    };
    let details = resolved(book, customer_id, details, due_on_missing);
    match known {
        Some(row) => {
            change(book, row, stated, customer_id, details);
            book.debt_changed(customer_id);
        }
        None => {
            let mut details = details;
            note_void(book, &mut details, None);
            book.invoices.put(new_row(book, id, stated, customer_id, &details));
            book.tell_first(EventType::InvoiceRecorded, id);
            if details.voided {
                book.tell(EventType::InvoiceVoided, id, Map::new());
            }
            book.invoice_details.insert(id, details);
            book.debt_grew(customer_id);
        }
    }
    Taken::new(outcome, Kind::Invoice, id)
}

/// The due date by the law's or the tenant's term where nobody states one; where it came from is written down.
fn resolved(book: &Book, customer: Uuid, details: &InvoiceDetails, due_on_missing: bool) -> InvoiceDetails {
    let mut details = details.clone();
    if due_on_missing {
        let days = book.settings.default_payment_days;
        let stated = book.customers.get(customer).and_then(|row| serde_json::from_str::<CustomerDetails>(&row.details).ok());
        let debtor = stated.unwrap_or_else(|| CustomerDetails::new(CustomerKind::Unknown, ""));
        let term = PaymentTerm::of(&debtor, days);
        details.due_on = term.due_on(&details);
        details.provenance.insert("due_on".to_owned(), term.rule.to_owned());
    } else {
        details.provenance.entry("due_on".to_owned()).or_insert_with(|| "stated".to_owned());
    }
    details
}

/// Writes down when an invoice was withdrawn, the first time it is heard.
fn note_void(book: &Book, details: &mut InvoiceDetails, before: Option<&InvoiceDetails>) {
    if details.voided {
        let known = before.filter(|before| before.voided).and_then(|before| before.provenance.get(VOIDED_AT).cloned());
        details.provenance.insert(VOIDED_AT.to_owned(), known.unwrap_or_else(|| book.now.to_rfc3339()));
    }
}

fn new_row(book: &Book, id: Uuid, stated: &Stated<'_>, customer_id: Uuid, details: &InvoiceDetails) -> invoices::Model {
    let owed = if details.voided { 0 } else { details.payable.max(0) };
    invoices::Model {
        tenant_id: book.tenant.0,
        id,
        source: stated.source.to_owned(),
        external_id: stated.external_id.to_owned(),
        source_version: stated.version,
        digest: stated.digest.to_owned(),
        customer_id,
        number: details.number.clone(),
        issued_on: day_text(details.issued_on),
        due_on: day_text(details.due_on),
        currency: details.currency.code().to_owned(),
        total: details.total,
        payable: details.payable,
        details: json(details),
        paid: 0,
        credited: 0,
        amount_due: owed,
        status: status(details, owed).as_str().to_owned(),
        disputed: 0,
        payee_confirmed: false,
        overdue_announced: false,
        lifecycle_status: None,
        dunning: None,
        row_version: 1,
        created_at: millis(book.now),
        updated_at: millis(book.now),
    }
}

fn status(details: &InvoiceDetails, due: i64) -> InvoiceStatus {
    match (details.voided, due) {
        (true, _) => InvoiceStatus::Void,
        (false, 0) => InvoiceStatus::Paid,
        _ => InvoiceStatus::Open,
    }
}

fn change(book: &mut Book, row: invoices::Model, stated: &Stated<'_>, customer_id: Uuid, mut details: InvoiceDetails) {
    let before = read(&row);
    if let Some(before) = &before {
        // told by facts of their own, which a snapshot that is silent about them does not take back
        details.delivered_on = details.delivered_on.or(before.delivered_on);
        details.einvoice = before.einvoice.clone();
        if let Some(at) = before.provenance.get(STATUS_AT) {
            details.provenance.insert(STATUS_AT.to_owned(), at.clone());
        }
    }
    note_void(book, &mut details, before.as_ref());
    let was_void = before.as_ref().is_some_and(|before| before.voided);
    let moved_due = row.due_on != day_text(details.due_on);
    let changes = before.map(|before| changes(&before, &details)).unwrap_or_default();
    if row.customer_id != customer_id {
        book.debt_changed(row.customer_id);
    }
    let id = row.id;
    book.invoice_details.remove(&id);
    let kind = if details.voided && !was_void { EventType::InvoiceVoided } else { EventType::InvoiceUpdated };
    book.invoices.put(invoices::Model {
        source_version: stated.version,
        digest: stated.digest.to_owned(),
        customer_id,
        number: details.number.clone(),
        issued_on: day_text(details.issued_on),
        due_on: day_text(details.due_on),
        currency: details.currency.code().to_owned(),
        total: details.total,
        payable: details.payable,
        details: json(&details),
        overdue_announced: row.overdue_announced && !moved_due,
        updated_at: millis(book.now),
        ..row
    });
    book.tell(kind, id, changes);
}

fn read(row: &invoices::Model) -> Option<InvoiceDetails> {
    serde_json::from_str(&row.details).ok()
}

/// Field → value before, in the words of the wire.
fn changes(before: &InvoiceDetails, after: &InvoiceDetails) -> Map<String, Value> {
    let money = |minor: i64| Value::from(before.currency.minor(minor).plain());
    differing(fields(before), &fields(after))
        .into_iter()
        .filter(|(field, _)| field != "provenance")
        .map(|(field, value)| match field.as_str() {
            "total" => (field, money(before.total)),
            "payable" => (field, money(before.payable)),
            _ => (field, value),
        })
        .collect()
}

/// Its source withdrew an invoice.
pub(super) fn void(book: &mut Book, stated: &Stated<'_>) -> Taken {
    let Some(row) = book.invoices.find(stated.source, stated.external_id).cloned() else { return Taken::bare(FactOutcome::Unchanged) };
    let Some(mut details) = read(&row) else { return Taken::bare(FactOutcome::Unchanged) };
    let outcome = match judge_version(Some((row.source_version, &row.digest)), (stated.version, stated.digest)) {
        VersionVerdict::Stale => FactOutcome::Stale,
        VersionVerdict::Same => FactOutcome::Unchanged,
        VersionVerdict::Conflict if details.voided => FactOutcome::Unchanged,
        VersionVerdict::Conflict => FactOutcome::VersionConflict,
        VersionVerdict::New | VersionVerdict::Newer => FactOutcome::Changed,
    };
    let taken = Taken::new(outcome, Kind::Invoice, row.id);
    if taken.outcome != FactOutcome::Changed {
        return taken;
    }
    let (id, customer_id, was_void) = (row.id, row.customer_id, details.voided);
    let before = details.clone();
    details.voided = true;
    note_void(book, &mut details, Some(&before));
    book.invoice_details.remove(&id);
    let (source_version, digest) = (stated.version, stated.digest.to_owned());
    book.invoices.put(invoices::Model { source_version, digest, details: json(&details), updated_at: millis(book.now), ..row });
    if !was_void {
        book.tell(EventType::InvoiceVoided, id, Map::from_iter([("voided".to_owned(), false.into())]));
    }
    book.debt_changed(customer_id);
    taken
}

/// An invoice reached its reader.
pub(super) fn delivered(book: &mut Book, source: &str, external_id: &str, on: NaiveDate) -> Taken {
    alter(book, source, external_id, |_, details| {
        let before = details.delivered_on.replace(on);
        (before != Some(on)).then(|| ("delivered_on", before.map(day_text).into()))
    })
}

/// An e-invoice status (CDAR) arrived; an older one than known is stale.
pub(super) fn lifecycle(book: &mut Book, source: &str, fact: &Fact) -> Taken {
    let Fact::EinvoiceStatusChanged { invoice_external_id, status_code, at, reason_code, amount } = fact else {
        return Taken::bare(FactOutcome::Unchanged);
    };
    let known = book.invoices.find(source, invoice_external_id).and_then(read);
    let amount = match amount.as_deref().zip(known).map(|(text, details)| details.currency.parse(text)) {
        Some(Err(error)) => return Taken::rejected("money_precision", "/amount", format!("This is {error}.")),
        Some(Ok(money)) if money.minor < 0 => return Taken::rejected("validation_failed", "/amount", "Must not be negative."),
        Some(Ok(money)) => Some(money.minor),
        None => None,
    };
    let status = EinvoiceStatus { code: status_code.clone(), at: *at, reason_code: reason_code.clone(), amount };
    let mut stale = false;
    let taken = alter(book, source, invoice_external_id, |row, details| {
        stale = details.einvoice.as_ref().is_some_and(|known| *at < known.at);
        if stale || details.einvoice.as_ref() == Some(&status) {
            return None;
        }
        details.provenance.insert(STATUS_AT.to_owned(), format!("einvoice.status_changed {}", at.to_rfc3339()));
        details.einvoice = Some(status);
        let before = row.lifecycle_status.replace(status_code.clone());
        Some(("lifecycle_status", before.into()))
    });
    if stale { Taken { outcome: FactOutcome::Stale, ..taken } } else { taken }
}

/// Changes one field of an invoice that no money hangs on.
fn alter(
    book: &mut Book,
    source: &str,
    external_id: &str,
    edit: impl FnOnce(&mut invoices::Model, &mut InvoiceDetails) -> Option<(&'static str, Value)>,
) -> Taken {
    let Some(mut row) = book.invoices.find(source, external_id).cloned() else { return Taken::bare(FactOutcome::Unchanged) };
    let Some(mut details) = read(&row) else { return Taken::bare(FactOutcome::Unchanged) };
    let (id, customer_id) = (row.id, row.customer_id);
    let Some((field, before)) = edit(&mut row, &mut details) else {
        return Taken::new(FactOutcome::Unchanged, Kind::Invoice, id);
    };
    book.invoice_details.remove(&id);
    book.invoices.put(invoices::Model { details: json(&details), updated_at: millis(book.now), ..row });
    book.tell(EventType::InvoiceUpdated, id, Map::from_iter([(field.to_owned(), before)]));
    book.touched.insert(customer_id);
    Taken::new(FactOutcome::Changed, Kind::Invoice, id)
}
