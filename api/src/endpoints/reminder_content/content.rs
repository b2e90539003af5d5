//! `GET /v1/reminders/{id}/content`.

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};
use relance_domain::ids::ReminderId;
use relance_openapi::reminder_content::ReminderContentView;

use super::preview::read;
use crate::{
    caller::{Caller, Scope},
    problem::Answer,
    query::{self, path_id},
    state::App,
};

/// What the reminder said; before it left, what it would say now.
#[utoipa::path(
    tag = "reminders",
    operation_id = "get_reminder_content",
    params(("id" = String, Path, description = "Id of the reminder.")),
    responses((status = 200, description = "Text, headers and list of files.", body = ReminderContentView))
)]
#[get("/v1/reminders/{id}/content")]
pub async fn get_reminder_content(req: HttpRequest, app: Data<App>, caller: Caller, id: Path<String>) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    query::none(&req)?;
    let id: ReminderId = path_id(&id)?;
    let content = read(&app, caller.tenant, id).await?;
    Ok(HttpResponse::Ok().json(ReminderContentView::from(&content)))
}
