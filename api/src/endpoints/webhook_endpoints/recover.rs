//! `POST /v1/webhook_endpoints/{id}/recover`.

use actix_web::{
    HttpRequest, HttpResponse, post,
    web::{Data, Path},
};
use chrono::DateTime;
use relance_domain::ids::EndpointId;
use relance_openapi::webhooks::{RecoverBody, Recovered};
use relance_store::webhooks;

use crate::{
    body::{Faults, Maybe},
    caller::{Caller, Scope},
    problem::Answer,
    query::{self, path_id},
    state::App,
};

/// Queues deliveries again that failed for good. `dry_run=true` only counts them.
#[utoipa::path(
    tag = "webhooks",
    operation_id = "recover_webhook_endpoint",
    params(
        ("id" = String, Path, description = "Id of the endpoint."),
        ("dry_run" = Option<bool>, Query, description = "Count only.")
    ),
    request_body = RecoverBody,
    responses(
        (status = 202, description = "Queued.", body = Recovered),
        (status = 200, description = "A dry run: how many there are.", body = Recovered)
    )
)]
#[post("/v1/webhook_endpoints/{id}/recover")]
pub async fn recover_webhook_endpoint(
    req: HttpRequest,
    app: Data<App>,
    caller: Caller,
    id: Path<String>,
    body: Maybe<RecoverBody>,
) -> Answer<HttpResponse> {
    caller.require(Scope::WebhooksManage)?;
    let dry_run = query::dry_run(&req)?;
    let id: EndpointId = path_id(&id)?;
    let mut faults = Faults::default();
    let since = body.0.since.as_deref().and_then(|text| faults.at("/since", text)).unwrap_or(DateTime::UNIX_EPOCH);
    faults.check()?;
    if dry_run {
        let tx = app.store.read(caller.tenant).await?;
        let count = webhooks::count_failed(&tx, caller.tenant, id, since).await?;
        return Ok(HttpResponse::Ok().json(Recovered { count }));
    }
    let tx = app.store.write(caller.tenant).await?;
    let count = webhooks::recover(&tx, caller.tenant, id, since, app.store.now()).await?;
    app.conclude(tx, false, HttpResponse::Accepted().json(Recovered { count })).await
}
