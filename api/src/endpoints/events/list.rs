//! `GET /v1/events`.

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use relance_domain::{event::EventType, ids::EventId};
use relance_openapi::{
    events::{EventList, Payload, envelope},
    problem::Code,
};
use relance_store::{StoreError, events};

use crate::{
    caller::{Caller, Scope},
    problem::{Answer, Refusal},
    query::{Query, WHOLE},
    state::App,
};

/// Events in commit order, oldest first, 90 days back. Keep the last id and give it as `after`.
#[utoipa::path(
    tag = "events",
    operation_id = "list_events",
    params(
        ("after" = Option<String>, Query, description = "Id of the last event that is known; without it, from the oldest kept."),
        ("type" = Option<String>, Query, description = "One or more types, as a,b."),
        ("limit" = Option<u32>, Query, description = "Rows, 1 to 200."),
        ("cursor" = Option<String>, Query, description = "The same as `after`.")
    ),
    responses((status = 200, description = "Events, oldest first; `next_cursor` is the id of the last one.", body = EventList))
)]
#[get("/v1/events")]
pub async fn list_events(req: HttpRequest, app: Data<App>, caller: Caller) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    let query = Query::read(&req, &["after", "type", "limit", "cursor"])?;
    let known: Vec<&str> = EventType::ALL.iter().map(|kind| kind.as_str()).collect();
    let kinds = query.words("type", &known)?;
    let (name, limit) = (if query.text("after").is_some() { "after" } else { "cursor" }, limit(&query)?);
    let after: Option<EventId> = query.text(name).map(str::parse).transpose().map_err(|_| unknown(name))?;
    let tx = app.store.read(caller.tenant).await?;
    let mut rows = match events::events_after(&tx, caller.tenant, after, &kinds, limit + 1).await {
        Err(StoreError::NotFound) => return Err(unknown(name)),
        found => found?,
    };
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    let next_cursor = rows.last().map(|event| event.id.to_string());
    let data = rows.iter().map(|event| envelope(event, Payload::Full)).collect();
    Ok(HttpResponse::Ok().json(EventList { data, has_more, next_cursor }))
}

/// The stream has no sealed cursor: any id of an event is one.
fn limit(query: &Query) -> Answer<u64> {
    match query.text("limit").map(str::parse::<u64>) {
        None => Ok(50),
        Some(Ok(limit)) if (1..=WHOLE).contains(&limit) => Ok(limit.min(200)),
        Some(_) => Err(Refusal::field(Code::ValidationFailed, "query:limit", "The limit must be a whole number from 1 to 200.")),
    }
}

fn unknown(name: &str) -> Refusal {
    let detail = "This is no event of the feed, or it is older than 90 days: begin again without it.";
    Refusal::field(Code::CursorMismatch, format!("query:{name}"), detail)
}
