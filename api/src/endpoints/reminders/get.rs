//! `GET /v1/reminders/{id}`.

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};
use relance_domain::ids::ReminderId;
use relance_openapi::reminder::ReminderView;
use relance_store::dunning::reminders;

use crate::{
    caller::{Caller, Scope},
    etag::tagged,
    expand::Expand,
    problem::Answer,
    query::{Query, path_id},
    state::App,
};

/// One reminder with its attempts.
#[utoipa::path(
    tag = "reminders",
    operation_id = "get_reminder",
    params(
        ("id" = String, Path, description = "Id of the reminder."),
        ("expand" = Option<String>, Query, description = "`customer`: the customer itself beside its id.")
    ),
    responses((status = 200, description = "The reminder.", body = ReminderView))
)]
#[get("/v1/reminders/{id}")]
pub async fn get_reminder(req: HttpRequest, app: Data<App>, caller: Caller, id: Path<String>) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    let expand = Expand::read(&Query::read(&req, &["expand"])?)?;
    let id: ReminderId = path_id(&id)?;
    let tx = app.store.read(caller.tenant).await?;
    let record = reminders::get(&tx, caller.tenant, id).await?;
    let mut view = ReminderView::from(&record);
    if expand.is_nothing() {
        return Ok(tagged(record.row_version, &view));
    }
    drop(tx); // one connection at a time
    expand.fill(&app, caller.tenant, std::slice::from_mut(&mut view)).await?;
    Ok(HttpResponse::Ok().json(view))
}
