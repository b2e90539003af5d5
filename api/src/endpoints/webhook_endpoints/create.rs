//! `POST /v1/webhook_endpoints`.

use actix_web::{HttpRequest, HttpResponse, http::header, post, web::Data};
use relance_openapi::{
    events::API_VERSION,
    webhooks::{EndpointBody, EndpointView},
};
use relance_store::webhooks::{self, NewEndpoint};

use super::{check_address, judge_segments, judge_types, judge_url, judge_words};
use crate::{
    body::{Body, Faults},
    caller::{Caller, Scope},
    etag::etag,
    problem::Answer,
    query,
    state::App,
};

/// Makes an endpoint. The answer shows its signing secret, which is not shown again.
#[utoipa::path(
    tag = "webhooks",
    operation_id = "create_webhook_endpoint",
    params(("dry_run" = Option<bool>, Query, description = "Check only: 200 with the would-be endpoint.")),
    request_body = EndpointBody,
    responses(
        (status = 201, description = "Made.", body = EndpointView, headers(("ETag" = String, description = "Its version."))),
        (status = 200, description = "A dry run: what would be made, without id and secret.", body = EndpointView)
    )
)]
#[post("/v1/webhook_endpoints")]
pub async fn create_webhook_endpoint(req: HttpRequest, app: Data<App>, caller: Caller, body: Body<EndpointBody>) -> Answer<HttpResponse> {
    caller.require(Scope::WebhooksManage)?;
    let dry_run = query::dry_run(&req)?;
    let new = read(body.0)?;
    check_address(&app, &new.url).await?;
    let now = app.store.now();
    if dry_run {
        let view = EndpointView { id: None, ..EndpointView::from(&webhooks::preview(new, now)) };
        return Ok(HttpResponse::Ok().json(view));
    }
    let tx = app.store.write(caller.tenant).await?;
    let (endpoint, secret) = webhooks::create(&app.store, &tx, caller.tenant, new, now).await?;
    let place = (header::LOCATION, format!("/v1/webhook_endpoints/{}", endpoint.id));
    let view = EndpointView { secret: Some(secret), ..EndpointView::from(&endpoint) };
    let answer = HttpResponse::Created().insert_header(etag(endpoint.row_version)).insert_header(place).json(view);
    app.conclude(tx, false, answer).await
}

fn read(body: EndpointBody) -> Answer<NewEndpoint> {
    let mut faults = Faults::default();
    judge_url(&mut faults, &body.url);
    judge_types(&mut faults, &body.event_types);
    judge_segments(&mut faults, body.segments.as_deref().unwrap_or_default());
    judge_words(&mut faults, body.payload.as_deref(), body.ordering.as_deref(), body.description.as_deref());
    faults.check()?;
    Ok(NewEndpoint {
        url: body.url,
        description: body.description,
        event_types: body.event_types,
        segments: body.segments.unwrap_or_default(),
        payload: body.payload.unwrap_or_else(|| "full".to_owned()),
        ordering: body.ordering.unwrap_or_else(|| "none".to_owned()),
        api_version: API_VERSION.to_owned(),
    })
}
