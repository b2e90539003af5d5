//! `GET /v1/event_types`.

use actix_web::{HttpRequest, HttpResponse, get};
use relance_domain::event::EventType;
use relance_openapi::webhooks::{EventTypeList, EventTypeView};

use crate::{
    caller::{Caller, Scope},
    docs::event_example,
    problem::Answer,
    query,
};

/// Every type of event: when it is said, and what it is about.
#[utoipa::path(
    tag = "events",
    operation_id = "list_event_types",
    responses((status = 200, description = "All of them.", body = EventTypeList))
)]
#[get("/v1/event_types")]
pub async fn list_event_types(req: HttpRequest, caller: Caller) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    query::none(&req)?;
    let types = EventType::ALL.iter().map(|kind| EventTypeView::new(*kind, event_example(*kind))).collect();
    Ok(HttpResponse::Ok().json(EventTypeList::new(types, None)))
}
