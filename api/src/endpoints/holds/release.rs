//! `DELETE /v1/holds/{id}`.

use actix_web::{
    HttpRequest, HttpResponse, delete,
    web::{Data, Path},
};
use relance_domain::{
    hold::{HoldReason, Lifter},
    ids::HoldId,
};
use relance_openapi::hold::HoldView;
use relance_store::dunning::holds;

use crate::{
    caller::{Caller, Scope},
    etag::tagged,
    problem::Answer,
    query::{self, path_id},
    state::App,
    trail,
};

/// Lifts a hold, effective at once; it stays readable, and lifting it again changes nothing. What the law stopped
/// (`insolvency`, `over_indebtedness`, `death_or_guardianship`, `time_barred`) only a key with `policies:write` lifts.
#[utoipa::path(
    tag = "holds",
    operation_id = "delete_hold",
    params(
        ("id" = String, Path, description = "Id of the hold."),
        ("dry_run" = Option<bool>, Query, description = "Check only.")
    ),
    responses((status = 200, description = "Lifted.", body = HoldView))
)]
#[delete("/v1/holds/{id}")]
pub async fn delete_hold(req: HttpRequest, app: Data<App>, caller: Caller, id: Path<String>) -> Answer<HttpResponse> {
    caller.require(Scope::RemindersWrite)?;
    let dry_run = query::dry_run(&req)?;
    let id: HoldId = path_id(&id)?;
    let tx = app.store.write(caller.tenant).await?;
    let known = holds::get(&tx, caller.tenant, id).await?;
    if HoldReason::of(&known.reason).is_some_and(|reason| reason.lifter() == Lifter::Decider) {
        caller.require(Scope::PoliciesWrite)?; // the law may forbid to chase again
    }
    trail::before(&HoldView::from(&known));
    let record = holds::release(&tx, caller.tenant, id, &caller.actor.id(), app.store.now()).await?;
    app.conclude(tx, dry_run, tagged(record.row_version, &HoldView::from(&record))).await
}
