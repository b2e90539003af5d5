//! States one fact and says what became of it, as the endpoints that name it in their path answer.

use actix_web::{HttpResponse, http::StatusCode};
use relance_domain::{facts::Fact, records::EventObject};
use relance_openapi::{
    credit_note::CreditNoteView, customer::CustomerView, ingest::ParkedAnswer, invoice::InvoiceView, payment::PaymentView, problem::Code,
};
use relance_store::facts::{FactEnvelope, FactOutcome, FactResult, Mode, apply};
use serde::Serialize;
use serde_json::Value;

use crate::{
    caller::{Caller, Scope},
    etag::etag,
    problem::{Answer, Refusal},
    state::App,
};

/// What became of a fact that was not refused.
pub enum Stated {
    /// It was taken; `created`: it made the thing known.
    Taken {
        /// Did it make the thing known?
        created: bool,
    },
    /// The answer is ready: parked, or a dry run.
    Answered(HttpResponse),
}

/// States `fact` on behalf of the caller.
///
/// # Errors
/// 403, 409 `stale_version` or `version_conflict`, 422, 503.
pub async fn state(app: &App, caller: &Caller, source: &str, fact: Fact, dry_run: bool) -> Answer<Stated> {
    caller.require(Scope::FactsWrite)?;
    let facts = vec![FactEnvelope::new(source, fact)];
    let results = if dry_run {
        apply(&app.store, caller.tenant, &facts, Mode::DryRun).await?
    } else {
        app.intake.submit(caller.tenant, facts).await?
    };
    let Some(FactResult { outcome, object, .. }) = results.into_iter().next() else {
        return Err(Refusal::new(Code::Internal, "Nothing came of it."));
    };
    if let Some(refusal) = refusal(&outcome) {
        return Err(refusal);
    }
    let created = outcome == FactOutcome::Created;
    Ok(match (outcome, dry_run) {
        (FactOutcome::Parked(waiting), _) => Stated::Answered(HttpResponse::Accepted().json(ParkedAnswer::new(&waiting))),
        (_, true) => Stated::Answered(HttpResponse::Ok().json(would_be(object, created))),
        _ => Stated::Taken { created },
    })
}

/// Why a fact was not taken; `None`: it was, or waits.
pub fn refusal(outcome: &FactOutcome) -> Option<Refusal> {
    match outcome {
        FactOutcome::Stale => Some(Refusal::field(Code::StaleVersion, "/source_version", "A newer version is known.")),
        FactOutcome::VersionConflict => Some(Refusal::field(
            Code::VersionConflict,
            "/source_version",
            "This version is known with another body; raise source_version to change it.",
        )),
        FactOutcome::EventIdConflict => Some(Refusal::field(Code::EventIdConflict, "/id", "This event id is known with other data.")),
        FactOutcome::Rejected { code, pointer, detail } => {
            let code = Code::ALL.iter().copied().find(|known| known.as_str() == *code).unwrap_or(Code::ValidationFailed);
            Some(Refusal::field(code, pointer.clone(), detail.clone()))
        }
        FactOutcome::Created | FactOutcome::Changed | FactOutcome::Unchanged | FactOutcome::Duplicate | FactOutcome::Parked(_) => None,
    }
}

/// The thing as it would be; ids that do not exist yet are null.
fn would_be(object: Option<EventObject>, created: bool) -> Value {
    let view = match object {
        Some(EventObject::Customer(record)) => json(CustomerView::from(&*record)),
        Some(EventObject::Invoice(record)) => json(InvoiceView::from(&*record)),
        Some(EventObject::Payment(record)) => json(PaymentView::from(&*record)),
        Some(EventObject::CreditNote(record)) => json(CreditNoteView::from(&*record)),
        _ => Value::Null,
    };
    if created { without_ids(view) } else { view }
}

fn without_ids(mut view: Value) -> Value {
    let nested = ["contacts", "allocations"];
    if let Some(members) = view.as_object_mut() {
        members.insert("id".to_owned(), Value::Null);
        for (_, list) in members.iter_mut().filter(|(name, _)| nested.contains(&name.as_str())) {
            for item in list.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
                item.insert("id".to_owned(), Value::Null);
            }
        }
    }
    view
}

fn json(view: impl Serialize) -> Value {
    serde_json::to_value(view).unwrap_or_default()
}

/// 201 or 200 with the thing and its tag.
pub fn stated<T: Serialize>(created: bool, version: i64, view: &T) -> HttpResponse {
    let status = if created { StatusCode::CREATED } else { StatusCode::OK };
    HttpResponse::build(status).insert_header(etag(version)).json(view)
}
