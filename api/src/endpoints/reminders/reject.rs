//! `POST /v1/reminders/{id}/reject`.

use actix_web::{
    HttpRequest, HttpResponse, post,
    web::{Data, Path},
};
use relance_domain::ids::ReminderId;
use relance_openapi::reminder::{ReminderView, VerdictInput};
use relance_store::dunning::reminders;

use crate::{
    body::{Body, Faults},
    caller::{Caller, Scope},
    etag::tagged,
    named::{person, words},
    problem::Answer,
    query::{self, path_id},
    state::App,
    trail,
};

/// A person refuses it: its step is skipped for its invoices, and the ladder goes on.
#[utoipa::path(
    tag = "reminders",
    operation_id = "reject_reminder",
    params(
        ("id" = String, Path, description = "Id of the reminder."),
        ("dry_run" = Option<bool>, Query, description = "Check only.")
    ),
    request_body = VerdictInput,
    responses((status = 200, description = "Withdrawn.", body = ReminderView))
)]
#[post("/v1/reminders/{id}/reject")]
pub async fn reject_reminder(
    req: HttpRequest,
    app: Data<App>,
    caller: Caller,
    id: Path<String>,
    Body(body): Body<VerdictInput>,
) -> Answer<HttpResponse> {
    caller.require(Scope::RemindersWrite)?;
    let dry_run = query::dry_run(&req)?;
    let id: ReminderId = path_id(&id)?;
    let mut faults = Faults::default();
    let by = person(&mut faults, "/by", &body.by);
    words(&mut faults, "/comment", body.comment.as_deref(), 2_000);
    faults.check()?;
    let tx = app.store.write(caller.tenant).await?;
    trail::before(&ReminderView::from(&reminders::get(&tx, caller.tenant, id).await?));
    let record = reminders::reject(&tx, caller.tenant, id, by, body.comment, app.store.now()).await?;
    app.conclude(tx, dry_run, tagged(record.row_version, &ReminderView::from(&record))).await
}
