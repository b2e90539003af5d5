//! `PATCH /v1/webhook_endpoints/{id}`.

use actix_web::{
    HttpRequest, HttpResponse, patch,
    web::{Data, Path},
};
use relance_domain::ids::EndpointId;
use relance_openapi::webhooks::{EndpointPatch, EndpointView};
use relance_store::webhooks::{self, EndpointChange};

use super::{check_address, judge_segments, judge_types, judge_url, judge_words};
use crate::{
    body::{Body, Faults},
    caller::{Caller, Scope},
    etag::{stated, tagged},
    problem::Answer,
    query::{self, path_id},
    state::App,
    trail,
};

/// Changes an endpoint; members that are absent stay. The secret changes by `rotate_secret`.
#[utoipa::path(
    tag = "webhooks",
    operation_id = "update_webhook_endpoint",
    params(
        ("id" = String, Path, description = "Id of the endpoint."),
        ("If-Match" = String, Header, description = "The ETag of what was read."),
        ("dry_run" = Option<bool>, Query, description = "Check only.")
    ),
    request_body = EndpointPatch,
    responses((status = 200, description = "The endpoint.", body = EndpointView, headers(("ETag" = String, description = "Its version."))))
)]
#[patch("/v1/webhook_endpoints/{id}")]
pub async fn update_webhook_endpoint(
    req: HttpRequest,
    app: Data<App>,
    caller: Caller,
    id: Path<String>,
    body: Body<EndpointPatch>,
) -> Answer<HttpResponse> {
    caller.require(Scope::WebhooksManage)?;
    let dry_run = query::dry_run(&req)?;
    let id: EndpointId = path_id(&id)?;
    let look = app.store.read(caller.tenant).await?;
    webhooks::get(&look, caller.tenant, id).await?;
    drop(look); // an address is resolved below: no transaction waits for that
    let expected = stated(&req)?;
    let change = read(body.0)?;
    if let Some(url) = &change.url {
        check_address(&app, url).await?;
    }
    let tx = app.store.write(caller.tenant).await?;
    trail::before(&EndpointView::from(&webhooks::get(&tx, caller.tenant, id).await?));
    let endpoint = webhooks::update(&tx, caller.tenant, id, expected, change, app.store.now()).await?;
    app.conclude(tx, dry_run, tagged(endpoint.row_version, &EndpointView::from(&endpoint))).await
}

fn read(body: EndpointPatch) -> Answer<EndpointChange> {
    let mut faults = Faults::default();
    if let Some(url) = &body.url {
        judge_url(&mut faults, url);
    }
    if let Some(types) = &body.event_types {
        judge_types(&mut faults, types);
    }
    judge_segments(&mut faults, body.segments.as_deref().unwrap_or_default());
    let description = body.description.as_ref().and_then(Option::as_deref);
    judge_words(&mut faults, body.payload.as_deref(), body.ordering.as_deref(), description);
    if let Some(status) = &body.status {
        faults.word("/status", status, &["enabled", "disabled"]);
    }
    faults.check()?;
    Ok(EndpointChange {
        url: body.url,
        description: body.description,
        event_types: body.event_types,
        segments: body.segments,
        payload: body.payload,
        ordering: body.ordering,
        status: body.status,
    })
}
