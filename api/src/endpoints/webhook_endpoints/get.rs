//! `GET /v1/webhook_endpoints/{id}`.

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};
use relance_domain::ids::EndpointId;
use relance_openapi::webhooks::EndpointView;
use relance_store::webhooks;

use crate::{
    caller::{Caller, Scope},
    etag::tagged,
    problem::Answer,
    query::{self, path_id},
    state::App,
};

/// One endpoint.
#[utoipa::path(
    tag = "webhooks",
    operation_id = "get_webhook_endpoint",
    params(("id" = String, Path, description = "Id of the endpoint.")),
    responses((status = 200, description = "The endpoint.", body = EndpointView, headers(("ETag" = String, description = "Its version."))))
)]
#[get("/v1/webhook_endpoints/{id}")]
pub async fn get_webhook_endpoint(req: HttpRequest, app: Data<App>, caller: Caller, id: Path<String>) -> Answer<HttpResponse> {
    caller.require(Scope::WebhooksManage)?;
    query::none(&req)?;
    let id: EndpointId = path_id(&id)?;
    let tx = app.store.read(caller.tenant).await?;
    let endpoint = webhooks::get(&tx, caller.tenant, id).await?;
    Ok(tagged(endpoint.row_version, &EndpointView::from(&endpoint)))
}
