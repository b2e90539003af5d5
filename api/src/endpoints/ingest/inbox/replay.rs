//! `POST /v1/ingest/inbox/{id}/replay`.

use actix_web::{
    HttpRequest, HttpResponse, post,
    web::{Data, Path},
};
use relance_domain::ids::InboxId;
use relance_openapi::{inbox::InboxView, webhooks::NoMembers};
use relance_store::inbox;

use crate::{
    body::Maybe,
    caller::{Caller, Scope},
    problem::Answer,
    query::{self, path_id},
    state::App,
};

/// Has a delivery translated again, whatever came of it before: nothing counts twice.
#[utoipa::path(
    tag = "ingest",
    operation_id = "replay_inbox",
    params(
        ("id" = String, Path, description = "Id of the delivery."),
        ("dry_run" = Option<bool>, Query, description = "Check only.")
    ),
    responses((status = 202, description = "It will be.", body = InboxView))
)]
#[post("/v1/ingest/inbox/{id}/replay")]
pub async fn replay_inbox(
    req: HttpRequest,
    app: Data<App>,
    caller: Caller,
    id: Path<String>,
    _body: Maybe<NoMembers>,
) -> Answer<HttpResponse> {
    caller.require(Scope::FactsWrite)?;
    let dry_run = query::dry_run(&req)?;
    let id: InboxId = path_id(&id)?;
    let tx = app.store.write(caller.tenant).await?;
    let record = inbox::replay(&tx, caller.tenant, id, app.store.now()).await?;
    app.conclude(tx, dry_run, HttpResponse::Accepted().json(InboxView::from(&record))).await
}
