//! `POST /v1/policies`.

use actix_web::{HttpRequest, HttpResponse, http::header, post, web::Data};
use relance_openapi::policy::{PolicyInput, PolicyView};
use relance_store::{policies, tenants};
use serde_json::Value;

use super::read;
use crate::{
    body::Body,
    caller::{Caller, Scope},
    etag::etag,
    problem::Answer,
    query,
    state::App,
};

/// Makes a policy: version 1, a draft until it is activated.
#[utoipa::path(
    tag = "policies",
    operation_id = "create_policy",
    params(("dry_run" = Option<bool>, Query, description = "Check only: 200 with the would-be policy.")),
    request_body = PolicyInput,
    responses(
        (status = 201, description = "Made.", body = PolicyView, headers(("ETag" = String, description = "Its version."))),
        (status = 200, description = "A dry run: what would be made.", body = PolicyView)
    )
)]
#[post("/v1/policies")]
pub async fn create_policy(req: HttpRequest, app: Data<App>, caller: Caller, body: Body<Value>) -> Answer<HttpResponse> {
    caller.require(Scope::PoliciesWrite)?;
    let dry_run = query::dry_run(&req)?;
    let document = read(&body.0)?;
    if dry_run {
        return Ok(HttpResponse::Ok().json(PolicyView::would_be(None, 1, &document)));
    }
    let tx = app.store.write(caller.tenant).await?;
    let now = tenants::now(&tx, caller.tenant, app.store.now()).await?;
    let policy = policies::create(&tx, caller.tenant, &document, now).await?;
    let place = (header::LOCATION, format!("/v1/policies/{}", policy.id));
    let answer = HttpResponse::Created().insert_header(etag(1)).insert_header(place).json(PolicyView::from(&policy));
    app.conclude(tx, false, answer).await
}
