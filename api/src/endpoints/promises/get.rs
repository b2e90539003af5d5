//! `GET /v1/promises/{id}`.

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};
use relance_domain::ids::PromiseId;
use relance_openapi::promise::PromiseView;
use relance_store::dunning::promises;

use crate::{
    caller::{Caller, Scope},
    etag::tagged,
    problem::Answer,
    query::{self, path_id},
    state::App,
};

/// One promise.
#[utoipa::path(
    tag = "promises",
    operation_id = "get_promise",
    params(("id" = String, Path, description = "Id of the promise.")),
    responses((status = 200, description = "The promise.", body = PromiseView))
)]
#[get("/v1/promises/{id}")]
pub async fn get_promise(req: HttpRequest, app: Data<App>, caller: Caller, id: Path<String>) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    query::none(&req)?;
    let id: PromiseId = path_id(&id)?;
    let tx = app.store.read(caller.tenant).await?;
    let record = promises::get(&tx, caller.tenant, id).await?;
    Ok(tagged(record.row_version, &PromiseView::from(&record)))
}
