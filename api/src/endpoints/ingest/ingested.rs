//! `GET /v1/ingest/events/{id}`.

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};
use relance_openapi::{
    ingest::IngestedEventView,
    problem::{Code, Problem},
};
use relance_store::{facts::FactOutcome, ingested};

use crate::{
    caller::{Caller, Scope, current_request_id},
    etag::tagged_by_content,
    facts::refusal,
    problem::{Answer, Refusal},
    query::Query,
    state::App,
};

/// What became of an event, as it stands now: one that waited is `accepted` once what it waited for has come. Kept for
/// 400 days. What could not be read at all was answered at once and is not kept.
#[utoipa::path(
    tag = "ingest",
    operation_id = "get_ingested_event",
    params(
        ("id" = String, Path, description = "Id of the event, as its source gave it."),
        ("source" = Option<String>, Query, description = "Its source; absent: whichever used that id last.")
    ),
    responses((status = 200, description = "What became of it.", body = IngestedEventView))
)]
#[get("/v1/ingest/events/{id}")]
pub async fn get_ingested_event(req: HttpRequest, app: Data<App>, caller: Caller, id: Path<String>) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    let query = Query::read(&req, &["source"])?;
    let tx = app.store.read(caller.tenant).await?;
    let record = ingested::get(&tx, caller.tenant, query.text("source"), &id).await?;
    let problem = record.problem.as_ref().map(|(code, pointer, detail)| problem(code, pointer, detail));
    Ok(tagged_by_content(&IngestedEventView::new(&record, problem)))
}

/// The problem that was answered, under this request's id.
fn problem(code: &str, pointer: &str, detail: &str) -> Problem {
    let known = Code::ALL.iter().copied().find(|known| known.as_str() == code).unwrap_or(Code::ValidationFailed);
    let told = match (known, detail) {
        (Code::VersionConflict, "") => refusal(&FactOutcome::VersionConflict),
        (_, "") => Some(Refusal::new(known, "Everything it named is known by now, but it contradicts that.")),
        _ => Some(Refusal::field(known, pointer, detail)),
    };
    told.unwrap_or_else(|| Refusal::new(known, "It was not taken.")).body(&current_request_id())
}
