//! `GET /v1/disputes/{id}`.

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};
use relance_domain::ids::DisputeId;
use relance_openapi::dispute::DisputeView;
use relance_store::dunning::disputes;

use crate::{
    caller::{Caller, Scope},
    etag::tagged,
    problem::Answer,
    query::{self, path_id},
    state::App,
};

/// One dispute.
#[utoipa::path(
    tag = "disputes",
    operation_id = "get_dispute",
    params(("id" = String, Path, description = "Id of the dispute.")),
    responses((status = 200, description = "The dispute.", body = DisputeView))
)]
#[get("/v1/disputes/{id}")]
pub async fn get_dispute(req: HttpRequest, app: Data<App>, caller: Caller, id: Path<String>) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    query::none(&req)?;
    let id: DisputeId = path_id(&id)?;
    let tx = app.store.read(caller.tenant).await?;
    let record = disputes::get(&tx, caller.tenant, id).await?;
    Ok(tagged(record.row_version, &DisputeView::from(&record)))
}
