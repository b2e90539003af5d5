//! `POST /v1/webhook_endpoints/{id}/rotate_secret`.

use actix_web::{
    HttpRequest, HttpResponse, post,
    web::{Data, Path},
};
use chrono::TimeDelta;
use relance_domain::ids::EndpointId;
use relance_openapi::{
    problem::Code,
    webhooks::{EndpointView, RotateBody},
};
use relance_store::webhooks;

use crate::{
    body::Maybe,
    caller::{Caller, Scope},
    etag::tagged,
    problem::{Answer, Refusal},
    query::{self, path_id},
    state::App,
    trail,
};

/// Hours the old secret signs beside the new one, unless told otherwise.
const OVERLAP: i64 = 24;
/// Most of them.
const LONGEST: i64 = 7 * 24;

/// Gives the endpoint a new secret, shown here only. The old one signs beside it for a day, or for `overlap_hours`.
#[utoipa::path(
    tag = "webhooks",
    operation_id = "rotate_webhook_endpoint_secret",
    params(
        ("id" = String, Path, description = "Id of the endpoint."),
        ("dry_run" = Option<bool>, Query, description = "Check only.")
    ),
    request_body = RotateBody,
    responses((status = 200, description = "The endpoint with its new secret.", body = EndpointView))
)]
#[post("/v1/webhook_endpoints/{id}/rotate_secret")]
pub async fn rotate_webhook_endpoint_secret(
    req: HttpRequest,
    app: Data<App>,
    caller: Caller,
    id: Path<String>,
    body: Maybe<RotateBody>,
) -> Answer<HttpResponse> {
    caller.require(Scope::WebhooksManage)?;
    let dry_run = query::dry_run(&req)?;
    let id: EndpointId = path_id(&id)?;
    let hours = body.0.overlap_hours.unwrap_or(OVERLAP);
    if !(0..=LONGEST).contains(&hours) {
        return Err(Refusal::field(Code::ValidationFailed, "/overlap_hours", format!("A whole number from 0 to {LONGEST}.")));
    }
    let tx = app.store.write(caller.tenant).await?;
    trail::before(&EndpointView::from(&webhooks::get(&tx, caller.tenant, id).await?));
    let old_until = app.store.now() + TimeDelta::hours(hours);
    let (endpoint, secret) = webhooks::rotate_secret(&app.store, &tx, caller.tenant, id, old_until).await?;
    if dry_run {
        return Ok(HttpResponse::Ok().json(EndpointView::from(&endpoint)));
    }
    app.conclude(tx, false, tagged(endpoint.row_version, &EndpointView { secret: Some(secret), ..EndpointView::from(&endpoint) })).await
}
