//! `POST /v1/webhook_endpoints/{id}/enable`.

use actix_web::{
    HttpRequest, HttpResponse, post,
    web::{Data, Path},
};
use relance_domain::ids::EndpointId;
use relance_openapi::webhooks::{EndpointView, NoMembers};
use relance_store::webhooks;

use crate::{
    body::Maybe,
    caller::{Caller, Scope},
    etag::tagged,
    problem::Answer,
    query::{self, path_id},
    state::App,
    trail,
};

/// Lets a disabled endpoint take part again, and closes an open breaker; what waited for it goes out. What failed
/// meanwhile: `recover`. 409 `wrong_state` when it was enabled less than five minutes ago.
#[utoipa::path(
    tag = "webhooks",
    operation_id = "enable_webhook_endpoint",
    params(
        ("id" = String, Path, description = "Id of the endpoint."),
        ("dry_run" = Option<bool>, Query, description = "Check only.")
    ),
    responses((status = 200, description = "The endpoint.", body = EndpointView))
)]
#[post("/v1/webhook_endpoints/{id}/enable")]
pub async fn enable_webhook_endpoint(
    req: HttpRequest,
    app: Data<App>,
    caller: Caller,
    id: Path<String>,
    _body: Maybe<NoMembers>,
) -> Answer<HttpResponse> {
    caller.require(Scope::WebhooksManage)?;
    let dry_run = query::dry_run(&req)?;
    let id: EndpointId = path_id(&id)?;
    let tx = app.store.write(caller.tenant).await?;
    trail::before(&EndpointView::from(&webhooks::get(&tx, caller.tenant, id).await?));
    let endpoint = webhooks::enable(&tx, caller.tenant, id, app.store.now()).await?;
    app.conclude(tx, dry_run, tagged(endpoint.row_version, &EndpointView::from(&endpoint))).await
}
