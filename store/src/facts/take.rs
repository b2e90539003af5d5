//! Takes facts one after the other, and what waited for them.

use std::{collections::VecDeque, sync::Arc};

use relance_domain::facts::{Fact, WaitingFor};

use super::{
    EventIdentity, FactEnvelope, FactOutcome,
    book::{Book, Taken},
    customer::{self, Stated},
    dispute, invoice, money_in,
    names::{identity, makes_known, missing},
    parking, promise,
};
use crate::{entity::ingest_events, ingested::REJECTED, json, time::millis};

/// Takes every fact of the batch in order.
pub(super) fn all(book: &mut Book, facts: &[&FactEnvelope]) -> Vec<Taken> {
    facts.iter().map(|envelope| one(book, envelope)).collect()
}

fn one(book: &mut Book, envelope: &FactEnvelope) -> Taken {
    let FactEnvelope { source, fact, digest, event, request_id } = envelope;
    book.request_id.clone_from(request_id);
    if let Some(outcome) = event.as_ref().and_then(|event| seen(book, source, event)) {
        return Taken::bare(outcome);
    }
    let taken = take(book, source, fact, digest);
    if let FactOutcome::Parked(waiting) = &taken.outcome {
        park(book, source, fact, digest, waiting);
    }
    if let Some(event) = event {
        remember(book, source, fact, event, &taken.outcome);
    }
    if let Some(arrived) = makes_known(fact).filter(|_| taken.outcome == FactOutcome::Created) {
        set_free(book, source, arrived);
    }
    taken
}

fn seen(book: &Book, source: &str, event: &EventIdentity) -> Option<FactOutcome> {
    let known = book.events_known.get(&(source.to_owned(), event.id.clone()))?;
    Some(if *known == event.digest { FactOutcome::Duplicate } else { FactOutcome::EventIdConflict })
}

/// Keeps what became of an event. A refused one may be sent again under its id once what was wrong is mended.
fn remember(book: &mut Book, source: &str, fact: &Fact, event: &EventIdentity, outcome: &FactOutcome) {
    let refused =
        |code: &str, pointer: &str, detail: &str| Some(json::write("ingest_events", &(code, pointer, detail)).unwrap_or_default());
    let (result, problem) = match outcome {
        FactOutcome::Created | FactOutcome::Changed | FactOutcome::Unchanged => ("accepted", None),
        FactOutcome::Stale => ("stale", None),
        FactOutcome::Parked(_) => ("parked", None),
        FactOutcome::VersionConflict => (REJECTED, refused("version_conflict", "", "")),
        FactOutcome::Rejected { code, pointer, detail } => (REJECTED, refused(code, pointer, detail)),
        FactOutcome::Duplicate | FactOutcome::EventIdConflict => return,
    };
    let key = (source.to_owned(), event.id.clone());
    if result != REJECTED {
        book.events_known.insert(key.clone(), event.digest.clone());
    }
    let (kind, external_id) = identity(fact);
    let row = ingest_events::Model {
        tenant_id: book.tenant.0,
        source: key.0.clone(),
        event_id: key.1.clone(),
        digest: event.digest.clone(),
        kind: kind.to_owned(),
        external_id: external_id.to_owned(),
        result: result.to_owned(),
        problem,
        received_at: millis(book.now),
    };
    book.events_new.insert(key, row);
}

fn take(book: &mut Book, source: &str, fact: &Fact, digest: &str) -> Taken {
    let waiting = missing(book, source, fact);
    if !waiting.is_empty() {
        return Taken::bare(FactOutcome::Parked(waiting));
    }
    let stated = |external_id, version: &i64| Stated { source, external_id, version: *version, digest };
    match fact {
        Fact::Customer { external_id, source_version, details } => customer::take(book, &stated(external_id, source_version), details),
        Fact::Invoice { external_id, source_version, customer_external_id, details, due_on_missing } => {
            invoice::take(book, &stated(external_id, source_version), customer_external_id, details, *due_on_missing)
        }
        Fact::CreditNote { external_id, source_version, .. } => money_in::credit_note(book, &stated(external_id, source_version), fact),
        Fact::Payment { external_id, source_version, .. } => money_in::payment(book, &stated(external_id, source_version), fact),
        Fact::PaymentReversed { external_id, on, reason_code } => money_in::reversed(book, source, external_id, *on, reason_code),
        Fact::InvoiceVoided { external_id, source_version } => invoice::void(book, &stated(external_id, source_version)),
        Fact::InvoiceDelivered { external_id, delivered_on } => invoice::delivered(book, source, external_id, *delivered_on),
        Fact::ContactOptedOut { customer_external_id, channel, address } => {
            customer::opt_out(book, source, customer_external_id, channel, address)
        }
        Fact::DisputeOpened { .. } => dispute::dispute_opened(book, source, fact),
        Fact::DisputeResolved { external_id, outcome } => dispute::dispute_resolved(book, source, external_id, outcome),
        Fact::PromiseMade { .. } => promise::take(book, source, fact),
        Fact::InsolvencyOpened { .. } => customer::insolvency(book, source, fact),
        Fact::EinvoiceStatusChanged { .. } => invoice::lifecycle(book, source, fact),
    }
}

fn park(book: &mut Book, source: &str, fact: &Fact, digest: &str, waiting: &[WaitingFor]) {
    let Some(first) = waiting.first() else { return };
    let mut row = parking::row(book.tenant.0, source, fact, digest, millis(book.now));
    row.request_id = book.request_id.as_deref().map(str::to_owned);
    book.parking.park(row, fact.clone(), first);
}

/// Takes what waited for `arrived`, and what waited for that.
fn set_free(book: &mut Book, source: &str, arrived: WaitingFor) {
    let mut news = VecDeque::from([arrived]);
    while let Some(arrived) = news.pop_front() {
        for (row, fact) in book.parking.free(source, &arrived) {
            book.request_id = row.request_id.as_deref().map(Arc::from); // its own, not that of what it waited for
            let taken = take(book, source, &fact, &row.digest);
            match &taken.outcome {
                FactOutcome::Parked(waiting) => {
                    if let Some(first) = waiting.first() {
                        book.parking.again(row, fact, first);
                    }
                }
                FactOutcome::Rejected { code, .. } => book.parking.refuse(row, code),
                FactOutcome::VersionConflict => book.parking.refuse(row, "version_conflict"),
                outcome => {
                    book.parking.done(row.id);
                    news.extend(makes_known(&fact).filter(|_| *outcome == FactOutcome::Created));
                }
            }
        }
    }
}
