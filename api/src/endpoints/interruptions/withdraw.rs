//! `DELETE /v1/interruptions/{id}`.

use actix_web::{
    HttpRequest, HttpResponse, delete,
    web::{Data, Path},
};
use relance_domain::ids::InterruptionId;
use relance_openapi::interruption::InterruptionView;
use relance_store::dunning::interruptions;

use crate::{
    caller::{Caller, Scope},
    etag::tagged,
    problem::Answer,
    query::{self, path_id},
    state::App,
    trail,
};

/// Withdraws an act that was recorded wrongly: it counts no more and stays readable. To withdraw it again changes nothing.
#[utoipa::path(
    tag = "interruptions",
    operation_id = "delete_interruption",
    params(
        ("id" = String, Path, description = "Id of the act."),
        ("dry_run" = Option<bool>, Query, description = "Check only.")
    ),
    responses((status = 200, description = "Withdrawn.", body = InterruptionView))
)]
#[delete("/v1/interruptions/{id}")]
pub async fn delete_interruption(req: HttpRequest, app: Data<App>, caller: Caller, id: Path<String>) -> Answer<HttpResponse> {
    caller.require(Scope::RemindersWrite)?;
    let dry_run = query::dry_run(&req)?;
    let id: InterruptionId = path_id(&id)?;
    let tx = app.store.write(caller.tenant).await?;
    trail::before(&InterruptionView::from(&interruptions::get(&tx, caller.tenant, id).await?));
    let record = interruptions::withdraw(&tx, caller.tenant, id, app.store.now()).await?;
    app.conclude(tx, dry_run, tagged(record.row_version, &InterruptionView::from(&record))).await
}
