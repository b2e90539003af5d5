//! `POST /v1/ingest/events`.

use actix_web::{
    HttpMessage, HttpRequest, HttpResponse,
    http::header::LOCATION,
    post,
    web::{Data, Payload},
};
use relance_openapi::{
    ingest::{CloudEvent, IngestAnswer, IngestItem, IngestSummary},
    problem::Code,
};
use relance_store::facts::{FactEnvelope, FactResult, Mode, apply};
use serde_json::Value;

use super::batch::{Form, item};
use crate::{
    body,
    caller::{Caller, Scope},
    facts::{incoming, refusal},
    problem::{Answer, Refusal},
    query,
    state::App,
};

/// Largest body, in bytes, decoded.
const LIMIT: usize = 5 * 1024 * 1024;

/// Takes facts in as CloudEvents: one, a list, or one on each line. The answer follows the commit.
#[utoipa::path(
    tag = "ingest",
    operation_id = "ingest_events",
    params(("dry_run" = Option<bool>, Query, description = "Check only: nothing changed.")),
    request_body(
        content(
            (CloudEvent = "application/cloudevents+json"),
            (Vec<CloudEvent> = "application/cloudevents-batch+json"),
            (String = "application/x-ndjson")
        ),
        description = "At most 1,000 events and 5 MiB decoded, each at most 256 KiB; gzip is read."
    ),
    responses(
        (status = 202, description = "One event: what became of it.", body = IngestItem),
        (status = 207, description = "A batch: what became of each.", body = IngestAnswer)
    )
)]
#[post("/v1/ingest/events")]
pub async fn ingest_events(req: HttpRequest, app: Data<App>, caller: Caller, payload: Payload) -> Answer<HttpResponse> {
    caller.require(Scope::FactsWrite)?;
    let dry_run = query::dry_run(&req)?;
    let form = Form::of(req.content_type())?;
    let bytes = body::collect(&req, payload.into_inner(), LIMIT).await?;
    let mut facts = Vec::new();
    let read: Vec<Read> = form.items(&bytes)?.into_iter().map(|event| Read::of(event, &mut facts)).collect();
    let results = match (facts.is_empty(), dry_run) {
        (true, _) => Vec::new(),
        (false, true) => apply(&app.store, caller.tenant, &facts, Mode::DryRun).await?,
        (false, false) => app.intake.submit(caller.tenant, facts).await?,
    };
    answer(form, read, results, dry_run)
}

/// An item: its id, and why it was not read.
struct Read {
    id: Option<String>,
    /// Where what becomes of it can be read.
    place: Option<String>,
    read: Answer<()>,
}

impl Read {
    /// Reads an event; what it says joins `facts`.
    fn of(event: Answer<Value>, facts: &mut Vec<FactEnvelope>) -> Self {
        let id = event.as_ref().ok().and_then(|event| event.get("id")?.as_str().map(str::to_owned));
        let read = event.and_then(incoming);
        let place = read.as_ref().ok().map(|event| format!("/v1/ingest/events/{}?source={}", quoted(&event.id), quoted(&event.source)));
        Self { id, place, read: read.map(|event| facts.push(event.envelope())) }
    }
}

fn answer(form: Form, read: Vec<Read>, results: Vec<FactResult>, dry_run: bool) -> Answer<HttpResponse> {
    let mut results = results.into_iter();
    let mut items = Vec::with_capacity(read.len());
    for (index, Read { id, place, read }) in read.into_iter().enumerate() {
        let result = read.and_then(|()| results.next().ok_or_else(|| Refusal::new(Code::Internal, "Nothing came of it.")));
        if form == Form::One {
            return single(id, place.filter(|_| !dry_run), result, dry_run);
        }
        items.push(item(index, id, result, dry_run));
    }
    let summary = IngestSummary::of(items.iter().map(|item| item.result.as_str()));
    Ok(HttpResponse::MultiStatus().json(IngestAnswer { summary, items }))
}

/// One event is refused as a whole request is; an older version than known is news, not a fault.
fn single(id: Option<String>, place: Option<String>, result: Answer<FactResult>, dry_run: bool) -> Answer<HttpResponse> {
    let result = result?;
    match refusal(&result.outcome).filter(|refusal| refusal.code != Code::StaleVersion) {
        Some(refusal) => Err(refusal),
        None => {
            let mut answer = HttpResponse::Accepted();
            if let Some(place) = place {
                answer.insert_header((LOCATION, place));
            }
            Ok(answer.json(item(0, id, Ok(result), dry_run)))
        }
    }
}

/// A name as it stands in an address: what RFC 3986 §2.3 does not reserve stays, the rest is written in hexadecimal.
fn quoted(name: &str) -> String {
    let byte = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    name.bytes().map(byte).collect()
}
