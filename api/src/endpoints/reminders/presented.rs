//! `POST /v1/reminders/{id}/presented`.

use actix_web::{
    HttpRequest, HttpResponse, post,
    web::{Data, Path},
};
use relance_domain::ids::ReminderId;
use relance_openapi::reminder::{PresentationInput, ReminderView};
use relance_store::dunning::reminders;

use crate::{
    body::{Body, Faults},
    caller::{Caller, Scope},
    etag::tagged,
    problem::Answer,
    query::{self, path_id},
    state::App,
    trail,
};

/// Records the day on which a registered letter was first presented. The deadline it grants is the later of the one it
/// prints and this day plus the days of its step; nothing follows the letter before. A later word corrects an earlier one.
#[utoipa::path(
    tag = "reminders",
    operation_id = "record_presentation",
    params(
        ("id" = String, Path, description = "Id of the reminder."),
        ("dry_run" = Option<bool>, Query, description = "Check only.")
    ),
    request_body = PresentationInput,
    responses((status = 200, description = "Recorded.", body = ReminderView))
)]
#[post("/v1/reminders/{id}/presented")]
pub async fn record_presentation(
    req: HttpRequest,
    app: Data<App>,
    caller: Caller,
    id: Path<String>,
    Body(body): Body<PresentationInput>,
) -> Answer<HttpResponse> {
    caller.require(Scope::RemindersWrite)?;
    let dry_run = query::dry_run(&req)?;
    let id: ReminderId = path_id(&id)?;
    let mut faults = Faults::default();
    let on = faults.day("/on", &body.on);
    let on = faults.some(on)?;
    let tx = app.store.write(caller.tenant).await?;
    trail::before(&ReminderView::from(&reminders::get(&tx, caller.tenant, id).await?));
    let record = reminders::presented(&tx, caller.tenant, id, on, app.store.now()).await?;
    app.conclude(tx, dry_run, tagged(record.row_version, &ReminderView::from(&record))).await
}
