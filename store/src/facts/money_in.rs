//! Payments, their reversals, and credit notes.

use chrono::NaiveDate;
use relance_domain::{
    event::EventType,
    facts::{Fact, VersionVerdict, judge_version},
    ids::InvoiceId,
    money::Money,
};
use serde_json::Map;
use uuid::Uuid;

use super::{
    FactOutcome,
    book::{Book, Kind, Taken},
    customer::{Stated, json},
};
use crate::{
    entity::{credit_notes, payments},
    payments::PaymentBody,
    time::{day_text, millis},
};

/// Takes a payment; the customer and the invoices it names are known.
pub(super) fn payment(book: &mut Book, stated: &Stated<'_>, fact: &Fact) -> Taken {
    let Fact::Payment { customer_external_id, amount, paid_on, method, reference, payer_name, payer_iban, allocations, .. } = fact else {
        return Taken::bare(FactOutcome::Unchanged);
    };
    let Some(customer_id) = book.customer_id(stated.source, customer_external_id) else { return Taken::bare(FactOutcome::Unchanged) };
    let known = book.payments.find(stated.source, stated.external_id).cloned();
    let id = known.as_ref().map_or_else(Uuid::now_v7, |row| row.id);
    let verdict = judge_version(known.as_ref().map(|row| (row.source_version, row.digest.as_str())), (stated.version, stated.digest));
    let outcome = match verdict {
        VersionVerdict::Stale => return Taken::new(FactOutcome::Stale, Kind::Payment, id),
        VersionVerdict::Conflict => return Taken::new(FactOutcome::VersionConflict, Kind::Payment, id),
        VersionVerdict::Same => return Taken::new(FactOutcome::Unchanged, Kind::Payment, id),
        VersionVerdict::Newer => FactOutcome::Changed,
        VersionVerdict::New => FactOutcome::Created,
    };
    let stated_allocations = match allocations.as_ref().map(|list| stated_allocations(book, stated.source, customer_id, *amount, list)) {
        Some(Err(refused)) => return refused,
        Some(Ok(list)) => Some(list),
        None => None,
    };
    let body = PaymentBody {
        method: method.clone(),
        reference: reference.clone(),
        payer_name: payer_name.clone(),
        payer_iban: payer_iban.clone(),
        stated_allocations,
    };
    let (reversed_on, reversal_reason, created_at) = match &known {
        Some(row) => (row.reversed_on.clone(), row.reversal_reason.clone(), row.created_at),
        None => (None, None, millis(book.now)),
    };
    if let Some(moved) = known.as_ref().map(|row| row.customer_id).filter(|before| *before != customer_id) {
        book.debt_changed(moved);
    }
    book.payments.put(payments::Model {
        tenant_id: book.tenant.0,
        id,
        source: stated.source.to_owned(),
        external_id: stated.external_id.to_owned(),
        source_version: stated.version,
        digest: stated.digest.to_owned(),
        customer_id,
        currency: amount.currency.code().to_owned(),
        amount: amount.minor,
        unapplied: known.map_or(0, |row| row.unapplied),
        paid_on: day_text(*paid_on),
        details: json(&body),
        reversed_on,
        reversal_reason,
        row_version: 1,
        created_at,
    });
    match outcome {
        FactOutcome::Created => book.tell_first(EventType::PaymentRecorded, id),
        _ => book.tell(EventType::PaymentRecorded, id, Map::new()),
    }
    book.debt_changed(customer_id);
    Taken::new(outcome, Kind::Payment, id)
}

fn stated_allocations(
    book: &Book,
    source: &str,
    customer: Uuid,
    amount: Money,
    list: &[(String, i64)],
) -> Result<Vec<(InvoiceId, i64)>, Taken> {
    let mut stated = Vec::with_capacity(list.len());
    let mut sum: i64 = 0;
    for (at, (external_id, part)) in list.iter().enumerate() {
        let Some(invoice) = book.invoices.find(source, external_id) else { continue };
        let pointer = format!("/allocations/{at}/invoice_external_id");
        if invoice.currency != amount.currency.code() {
            let detail = format!("The payment is in {}, the invoice in {}.", amount.currency, invoice.currency);
            return Err(Taken::rejected("currency_mismatch", pointer, detail));
        }
        if invoice.customer_id != customer {
            return Err(Taken::rejected("validation_failed", pointer, "The invoice is another customer's."));
        }
        sum = sum.saturating_add(*part);
        stated.push((InvoiceId(invoice.id), *part));
    }
    if sum > amount.minor {
        let detail = format!("{} is allocated, {} was paid.", amount.currency.minor(sum).plain(), amount.plain());
        return Err(Taken::rejected("over_allocated", "/allocations", detail));
    }
    Ok(stated)
}

/// A payment was taken back.
pub(super) fn reversed(book: &mut Book, source: &str, external_id: &str, on: NaiveDate, reason: &str) -> Taken {
    let Some(row) = book.payments.find(source, external_id).cloned() else { return Taken::bare(FactOutcome::Unchanged) };
    let (id, customer_id, day) = (row.id, row.customer_id, day_text(on));
    match (row.reversed_on.as_deref(), row.reversal_reason.as_deref()) {
        (Some(known), Some(why)) if known == day && why == reason => return Taken::new(FactOutcome::Unchanged, Kind::Payment, id),
        (Some(known), _) => return Taken::rejected("wrong_state", "/on", format!("The payment was taken back on {known}.")),
        (None, _) if day < row.paid_on => {
            return Taken::rejected(
                "validation_failed",
                "/on",
                format!("The payment is of {}: it cannot be taken back before.", row.paid_on),
            );
        }
        (None, _) => {}
    }
    book.payments.put(payments::Model { reversed_on: Some(day), reversal_reason: Some(reason.to_owned()), ..row });
    book.tell(EventType::PaymentReversed, id, Map::from_iter([("status".to_owned(), "recorded".into())]));
    book.debt_changed(customer_id);
    Taken::new(FactOutcome::Changed, Kind::Payment, id)
}

/// Takes a credit note; its customer and the invoice it names are known.
pub(super) fn credit_note(book: &mut Book, stated: &Stated<'_>, fact: &Fact) -> Taken {
    let Fact::CreditNote { customer_external_id, number, issued_on, total, mode, invoice_external_id, .. } = fact else {
        return Taken::bare(FactOutcome::Unchanged);
    };
    let Some(customer_id) = book.customer_id(stated.source, customer_external_id) else { return Taken::bare(FactOutcome::Unchanged) };
    let known = book.credit_notes.find(stated.source, stated.external_id).cloned();
    let id = known.as_ref().map_or_else(Uuid::now_v7, |row| row.id);
    let verdict = judge_version(known.as_ref().map(|row| (row.source_version, row.digest.as_str())), (stated.version, stated.digest));
    let outcome = match verdict {
        VersionVerdict::Stale => return Taken::new(FactOutcome::Stale, Kind::CreditNote, id),
        VersionVerdict::Conflict => return Taken::new(FactOutcome::VersionConflict, Kind::CreditNote, id),
        VersionVerdict::Same => return Taken::new(FactOutcome::Unchanged, Kind::CreditNote, id),
        VersionVerdict::Newer => FactOutcome::Changed,
        VersionVerdict::New => FactOutcome::Created,
    };
    let invoice = invoice_external_id.as_deref().and_then(|invoice| book.invoices.find(stated.source, invoice));
    if let Some(invoice) = invoice.filter(|invoice| invoice.currency != total.currency.code()) {
        let detail = format!("The credit note is in {}, the invoice in {}.", total.currency, invoice.currency);
        return Taken::rejected("currency_mismatch", "/currency", detail);
    }
    if invoice.is_some_and(|invoice| invoice.customer_id != customer_id) {
        return Taken::rejected("validation_failed", "/invoice_external_id", "The invoice is another customer's.");
    }
    let invoice_id = invoice.map(|invoice| invoice.id);
    if let Some(moved) = known.as_ref().map(|row| row.customer_id).filter(|before| *before != customer_id) {
        book.debt_changed(moved);
    }
    book.credit_notes.put(credit_notes::Model {
        tenant_id: book.tenant.0,
        id,
        source: stated.source.to_owned(),
        external_id: stated.external_id.to_owned(),
        source_version: stated.version,
        digest: stated.digest.to_owned(),
        customer_id,
        number: number.clone(),
        issued_on: day_text(*issued_on),
        currency: total.currency.code().to_owned(),
        total: total.minor,
        unapplied: known.as_ref().map_or(0, |row| row.unapplied),
        mode: mode.as_str().to_owned(),
        invoice_id,
        row_version: 1,
        created_at: known.map_or_else(|| millis(book.now), |row| row.created_at),
    });
    match outcome {
        FactOutcome::Created => book.tell_first(EventType::CreditNoteRecorded, id),
        _ => book.tell(EventType::CreditNoteRecorded, id, Map::new()),
    }
    book.debt_changed(customer_id);
    Taken::new(outcome, Kind::CreditNote, id)
}
