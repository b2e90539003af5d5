//! `DELETE /v1/webhook_endpoints/{id}`.

use actix_web::{
    HttpRequest, HttpResponse, delete,
    web::{Data, Path},
};
use relance_domain::ids::EndpointId;
use relance_openapi::webhooks::EndpointView;
use relance_store::webhooks;

use crate::{
    caller::{Caller, Scope},
    problem::Answer,
    query::{self, path_id},
    state::App,
    trail,
};

/// Removes an endpoint; what waits for it is dropped.
#[utoipa::path(
    tag = "webhooks",
    operation_id = "delete_webhook_endpoint",
    params(
        ("id" = String, Path, description = "Id of the endpoint."),
        ("dry_run" = Option<bool>, Query, description = "Check only.")
    ),
    responses((status = 204, description = "Removed."))
)]
#[delete("/v1/webhook_endpoints/{id}")]
pub async fn delete_webhook_endpoint(req: HttpRequest, app: Data<App>, caller: Caller, id: Path<String>) -> Answer<HttpResponse> {
    caller.require(Scope::WebhooksManage)?;
    let dry_run = query::dry_run(&req)?;
    let id: EndpointId = path_id(&id)?;
    let tx = app.store.write(caller.tenant).await?;
    trail::before(&EndpointView::from(&webhooks::get(&tx, caller.tenant, id).await?));
    webhooks::delete(&tx, caller.tenant, id).await?;
    app.conclude(tx, dry_run, HttpResponse::NoContent().finish()).await
}
