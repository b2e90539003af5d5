//! `GET /v1/events`.

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use relance_domain::{event::EventType, ids::EventId, records::EventRecord};
use relance_openapi::{
    events::{API_VERSION, EventList, Payload, envelope},
    problem::Code,
};
use relance_store::{StoreError, events};
use tokio::time::Instant;

use crate::{
    caller::{Caller, Scope},
    problem::{Answer, Refusal},
    query::{Query, WHOLE},
    state::App,
};

/// Longest that a caller may wait for the next event, in seconds.
const LONGEST_WAIT: u64 = 30;
/// Commits that come in a burst are answered by one look.
const BURST: Duration = Duration::from_millis(20);
/// How often one looks for what other processes told.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Events in commit order, oldest first, 90 days back. Keep the last id and give it as `after`. 400 `cursor_expired` when
/// that is older than what is kept.
#[utoipa::path(
    tag = "events",
    operation_id = "list_events",
    params(
        ("after" = Option<String>, Query, description = "Id of the last event that is known; without it, from the oldest kept."),
        ("types" = Option<String>, Query, description = "One or more types, as a,b."),
        ("type" = Option<String>, Query, description = "The same as `types`."),
        ("wait" = Option<u32>, Query, description = "Seconds to wait for an event when there is none yet, 0 to 30."),
        ("tail" = Option<u32>, Query, description = "Begin with the last so many events, 1 to 200, instead of `after`."),
        ("limit" = Option<u32>, Query, description = "Rows, 1 to 200."),
        ("cursor" = Option<String>, Query, description = "The same as `after`.")
    ),
    responses((status = 200, description = "Events, oldest first; `next_cursor` is the id of the last one.", body = EventList))
)]
#[get("/v1/events")]
pub async fn list_events(req: HttpRequest, app: Data<App>, caller: Caller) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    let query = Query::read(&req, &["after", "types", "type", "wait", "tail", "limit", "cursor"])?;
    let known: Vec<&str> = EventType::ALL.iter().map(|kind| kind.as_str()).collect();
    let kinds = query.words(if query.text("types").is_some() { "types" } else { "type" }, &known)?;
    let name = if query.text("after").is_some() { "after" } else { "cursor" };
    let limit = number(&query, "limit", 1, WHOLE)?.unwrap_or(50).min(200);
    let wait = Duration::from_secs(number(&query, "wait", 0, LONGEST_WAIT)?.unwrap_or_default());
    let after: Option<EventId> = query.text(name).map(str::parse).transpose().map_err(|_| unknown(name))?;
    if let Some(count) = number(&query, "tail", 1, 200)? {
        let tx = app.store.read(caller.tenant).await?;
        let rows = events::newest(&tx, caller.tenant, &kinds, count).await?;
        return Ok(HttpResponse::Ok().json(page(&rows, false)));
    }
    let mut rows = match next(&app, &caller, after, &kinds, limit + 1, wait).await {
        Err(StoreError::NotFound) => return Err(unknown(name)),
        found => found?,
    };
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    Ok(HttpResponse::Ok().json(page(&rows, has_more)))
}

fn page(rows: &[EventRecord], has_more: bool) -> EventList {
    let next_cursor = rows.last().map(|event| event.id.to_string());
    EventList { data: rows.iter().map(|event| envelope(event, Payload::Full, API_VERSION)).collect(), has_more, next_cursor }
}

/// The next events; when there is none, those that come while one waits.
async fn next(
    app: &App,
    caller: &Caller,
    after: Option<EventId>,
    kinds: &[String],
    limit: u64,
    wait: Duration,
) -> Result<Vec<EventRecord>, StoreError> {
    let until = Instant::now() + wait;
    let (mut bell, mut closing) = (app.store.bell(), app.store.closing());
    loop {
        bell.borrow_and_update();
        let tx = app.store.read(caller.tenant).await?;
        let rows = events::events_after(&tx, caller.tenant, after, kinds, limit).await?;
        drop(tx); // nobody holds a connection while he waits
        if !rows.is_empty() || Instant::now() >= until || *closing.borrow_and_update() {
            return Ok(rows);
        }
        tokio::select! {
            _ = bell.changed() => tokio::time::sleep(BURST).await,
            _ = closing.changed() => {}
            () = tokio::time::sleep_until(until.min(Instant::now() + LOOK_EVERY)) => {}
        }
    }
}

/// The stream has no sealed cursor: any id of an event is one.
fn number(query: &Query, name: &str, least: u64, most: u64) -> Answer<Option<u64>> {
    match query.text(name).map(str::parse::<u64>) {
        None => Ok(None),
        Some(Ok(number)) if (least..=most).contains(&number) => Ok(Some(number)),
        Some(_) => {
            let upper = if most == WHOLE { 200 } else { most };
            Err(Refusal::field(
                Code::ValidationFailed,
                format!("query:{name}"),
                format!("This must be a whole number from {least} to {upper}."),
            ))
        }
    }
}

fn unknown(name: &str) -> Refusal {
    Refusal::field(Code::CursorMismatch, format!("query:{name}"), "This is no event of the feed.")
}
