//! `GET /v1/events/{id}`.

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};
use relance_domain::ids::EventId;
use relance_openapi::events::{API_VERSION, EventView, Payload, envelope};
use relance_store::events;

use crate::{
    caller::{Caller, Scope},
    etag::tagged,
    problem::Answer,
    query::{self, path_id},
    state::App,
};

/// One event.
#[utoipa::path(
    tag = "events",
    operation_id = "get_event",
    params(("id" = String, Path, description = "Id of the event.")),
    responses((status = 200, description = "The event.", body = EventView))
)]
#[get("/v1/events/{id}")]
pub async fn get_event(req: HttpRequest, app: Data<App>, caller: Caller, id: Path<String>) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    query::none(&req)?;
    let id: EventId = path_id(&id)?;
    let tx = app.store.read(caller.tenant).await?;
    let event = events::get(&tx, caller.tenant, id).await?;
    let version = if event.object.is_some() { 1 } else { 2 }; // an event never changes, but its content is forgotten
    Ok(tagged(version, &envelope(&event, Payload::Full, API_VERSION)))
}
