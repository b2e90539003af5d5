//! `PUT /v1/policies/{id}`.

use actix_web::{
    HttpRequest, HttpResponse, put,
    web::{Data, Path},
};
use relance_domain::ids::PolicyId;
use relance_openapi::policy::{PolicyInput, PolicyView};
use relance_store::{policies, tenants};
use serde_json::Value;

use super::read;
use crate::{
    body::Body,
    caller::{Caller, Scope},
    etag::{require_match, stated, tagged},
    problem::Answer,
    query::{self, path_id},
    state::App,
    trail,
};

/// Makes the next version of a policy, a draft; the version in force stays in force until the next is activated.
#[utoipa::path(
    tag = "policies",
    operation_id = "put_policy",
    params(
        ("id" = String, Path, description = "Id of the policy."),
        ("If-Match" = String, Header, description = "The ETag of what was read."),
        ("dry_run" = Option<bool>, Query, description = "Check only.")
    ),
    request_body = PolicyInput,
    responses((status = 200, description = "The new version.", body = PolicyView, headers(("ETag" = String, description = "Its version."))))
)]
#[put("/v1/policies/{id}")]
pub async fn put_policy(req: HttpRequest, app: Data<App>, caller: Caller, id: Path<String>, body: Body<Value>) -> Answer<HttpResponse> {
    caller.require(Scope::PoliciesWrite)?;
    let dry_run = query::dry_run(&req)?;
    let id: PolicyId = path_id(&id)?;
    let tx = app.store.write(caller.tenant).await?;
    let versions = policies::versions(&tx, caller.tenant, id).await?;
    stated(&req)?;
    let document = read(&body.0)?;
    let newest = versions.first().map_or(0, |policy| policy.version);
    if let Some(policy) = versions.first() {
        trail::before(&PolicyView::from(policy));
    }
    require_match(&req, i64::from(newest))?;
    let active_version = versions.iter().find(|policy| policy.state == "active").map(|policy| policy.version);
    if dry_run {
        let view = PolicyView { active_version, ..PolicyView::would_be(Some(id.to_string()), newest + 1, &document) };
        return Ok(HttpResponse::Ok().json(view));
    }
    let now = tenants::now(&tx, caller.tenant, app.store.now()).await?;
    let policy = policies::new_version(&tx, caller.tenant, id, newest, &document, now).await?;
    app.conclude(tx, false, tagged(i64::from(policy.version), &PolicyView { active_version, ..PolicyView::from(&policy) })).await
}
