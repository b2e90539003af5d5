//! `GET /v1/sources/{id}`.

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};
use relance_domain::ids::SourceId;
use relance_openapi::source::ConnectorView;
use relance_store::connectors;

use crate::{
    caller::{Caller, Scope},
    etag::tagged,
    problem::Answer,
    query::{self, path_id},
    state::App,
};

/// One source.
#[utoipa::path(
    tag = "sources",
    operation_id = "get_source",
    params(("id" = String, Path, description = "Id of the source.")),
    responses((status = 200, description = "The source.", body = ConnectorView, headers(("ETag" = String, description = "Its version."))))
)]
#[get("/v1/sources/{id}")]
pub async fn get_source(req: HttpRequest, app: Data<App>, caller: Caller, id: Path<String>) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    query::none(&req)?;
    let id: SourceId = path_id(&id)?;
    let tx = app.store.read(caller.tenant).await?;
    let record = connectors::get(&tx, caller.tenant, id).await?;
    Ok(tagged(record.row_version, &ConnectorView::from(&record)))
}
