//! `POST /v1/promises/{id}/cancel`.

use actix_web::{
    HttpRequest, HttpResponse, post,
    web::{Data, Path},
};
use relance_domain::ids::PromiseId;
use relance_openapi::promise::PromiseView;
use relance_store::dunning::promises;
use serde::Deserialize;

use crate::{
    body::Maybe,
    caller::{Caller, Scope},
    etag::tagged,
    problem::Answer,
    query::{self, path_id},
    state::App,
    trail,
};

/// Nothing needs to be said.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// Takes a promise back: chasing goes on.
#[utoipa::path(
    tag = "promises",
    operation_id = "cancel_promise",
    params(
        ("id" = String, Path, description = "Id of the promise."),
        ("dry_run" = Option<bool>, Query, description = "Check only.")
    ),
    responses((status = 200, description = "Cancelled.", body = PromiseView))
)]
#[post("/v1/promises/{id}/cancel")]
pub async fn cancel_promise(
    req: HttpRequest,
    app: Data<App>,
    caller: Caller,
    id: Path<String>,
    _body: Maybe<Nothing>,
) -> Answer<HttpResponse> {
    caller.require(Scope::RemindersWrite)?;
    let dry_run = query::dry_run(&req)?;
    let id: PromiseId = path_id(&id)?;
    let tx = app.store.write(caller.tenant).await?;
    trail::before(&PromiseView::from(&promises::get(&tx, caller.tenant, id).await?));
    let record = promises::cancel(&tx, caller.tenant, id, app.store.now()).await?;
    app.conclude(tx, dry_run, tagged(record.row_version, &PromiseView::from(&record))).await
}
