//! `POST /v1/disputes/{id}/resolve`.

use actix_web::{
    HttpRequest, HttpResponse, post,
    web::{Data, Path},
};
use relance_domain::ids::DisputeId;
use relance_openapi::dispute::{DisputeView, ResolutionInput};
use relance_store::dunning::disputes;

use crate::{
    body::{Body, Faults},
    caller::{Caller, Scope},
    etag::tagged,
    named::words,
    problem::Answer,
    query::{self, path_id},
    state::App,
    trail,
};

/// Settles a dispute: the part is asked for again, unless a credit note says otherwise.
#[utoipa::path(
    tag = "disputes",
    operation_id = "resolve_dispute",
    params(
        ("id" = String, Path, description = "Id of the dispute."),
        ("dry_run" = Option<bool>, Query, description = "Check only.")
    ),
    request_body = ResolutionInput,
    responses((status = 200, description = "Resolved.", body = DisputeView))
)]
#[post("/v1/disputes/{id}/resolve")]
pub async fn resolve_dispute(
    req: HttpRequest,
    app: Data<App>,
    caller: Caller,
    id: Path<String>,
    Body(body): Body<ResolutionInput>,
) -> Answer<HttpResponse> {
    caller.require(Scope::RemindersWrite)?;
    let dry_run = query::dry_run(&req)?;
    let id: DisputeId = path_id(&id)?;
    let mut faults = Faults::default();
    faults.text("/outcome", &body.outcome, 100);
    words(&mut faults, "/comment", body.comment.as_deref(), 2_000);
    faults.check()?;
    let tx = app.store.write(caller.tenant).await?;
    trail::before(&DisputeView::from(&disputes::get(&tx, caller.tenant, id).await?));
    let record = disputes::resolve(&tx, caller.tenant, id, body.outcome, body.comment, app.store.now()).await?;
    app.conclude(tx, dry_run, tagged(record.row_version, &DisputeView::from(&record))).await
}
