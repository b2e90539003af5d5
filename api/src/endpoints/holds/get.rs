//! `GET /v1/holds/{id}`.

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};
use relance_domain::ids::HoldId;
use relance_openapi::hold::HoldView;
use relance_store::dunning::holds;

use crate::{
    caller::{Caller, Scope},
    etag::tagged,
    problem::Answer,
    query::{self, path_id},
    state::App,
};

/// One hold, lifted or not.
#[utoipa::path(
    tag = "holds",
    operation_id = "get_hold",
    params(("id" = String, Path, description = "Id of the hold.")),
    responses((status = 200, description = "The hold.", body = HoldView))
)]
#[get("/v1/holds/{id}")]
pub async fn get_hold(req: HttpRequest, app: Data<App>, caller: Caller, id: Path<String>) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    query::none(&req)?;
    let id: HoldId = path_id(&id)?;
    let tx = app.store.read(caller.tenant).await?;
    let record = holds::get(&tx, caller.tenant, id).await?;
    Ok(tagged(record.row_version, &HoldView::from(&record)))
}
