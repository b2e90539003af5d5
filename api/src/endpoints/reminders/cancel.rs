//! `POST /v1/reminders/{id}/cancel`.

use actix_web::{
    HttpRequest, HttpResponse, post,
    web::{Data, Path},
};
use relance_domain::ids::ReminderId;
use relance_openapi::reminder::{OrderInput, ReminderView};
use relance_store::dunning::reminders;

use crate::{
    body::{Body, Faults},
    caller::{Caller, Scope},
    etag::tagged,
    named::person,
    problem::Answer,
    query::{self, path_id},
    state::App,
    trail,
};

/// Withdraws a reminder that has not left: its step is skipped for its invoices.
#[utoipa::path(
    tag = "reminders",
    operation_id = "cancel_reminder",
    params(
        ("id" = String, Path, description = "Id of the reminder."),
        ("dry_run" = Option<bool>, Query, description = "Check only.")
    ),
    request_body = OrderInput,
    responses((status = 200, description = "Withdrawn.", body = ReminderView))
)]
#[post("/v1/reminders/{id}/cancel")]
pub async fn cancel_reminder(
    req: HttpRequest,
    app: Data<App>,
    caller: Caller,
    id: Path<String>,
    Body(body): Body<OrderInput>,
) -> Answer<HttpResponse> {
    caller.require(Scope::RemindersWrite)?;
    let dry_run = query::dry_run(&req)?;
    let id: ReminderId = path_id(&id)?;
    let mut faults = Faults::default();
    let by = person(&mut faults, "/by", &body.by);
    faults.text("/reason", &body.reason, 500);
    faults.check()?;
    let tx = app.store.write(caller.tenant).await?;
    trail::before(&ReminderView::from(&reminders::get(&tx, caller.tenant, id).await?));
    let record = reminders::cancel(&tx, caller.tenant, id, by, body.reason, app.store.now()).await?;
    app.conclude(tx, dry_run, tagged(record.row_version, &ReminderView::from(&record))).await
}
