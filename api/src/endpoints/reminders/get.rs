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
    problem::Answer,
    query::{self, path_id},
    state::App,
};

/// One reminder with its attempts.
#[utoipa::path(
    tag = "reminders",
    operation_id = "get_reminder",
    params(("id" = String, Path, description = "Id of the reminder.")),
    responses((status = 200, description = "The reminder.", body = ReminderView))
)]
#[get("/v1/reminders/{id}")]
pub async fn get_reminder(req: HttpRequest, app: Data<App>, caller: Caller, id: Path<String>) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    query::none(&req)?;
    let id: ReminderId = path_id(&id)?;
    let tx = app.store.read(caller.tenant).await?;
    let record = reminders::get(&tx, caller.tenant, id).await?;
    Ok(tagged(record.row_version, &ReminderView::from(&record)))
}
