//! `GET /v1/policies/{id}`.

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};
use relance_openapi::{policy::PolicyView, problem::Code};
use relance_store::policies;

use crate::{
    caller::{Caller, Scope},
    etag::tagged,
    problem::{Answer, Refusal},
    query::{Query, path_id},
    state::App,
};

/// A policy in its newest version, or in the one asked for.
#[utoipa::path(
    tag = "policies",
    operation_id = "get_policy",
    params(
        ("id" = String, Path, description = "Id of the policy."),
        ("version" = Option<i32>, Query, description = "A version other than the newest.")
    ),
    responses((status = 200, description = "The policy.", body = PolicyView, headers(("ETag" = String, description = "Its version."))))
)]
#[get("/v1/policies/{id}")]
pub async fn get_policy(req: HttpRequest, app: Data<App>, caller: Caller, id: Path<String>) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    let query = Query::read(&req, &["version"])?;
    let wanted = match query.text("version").map(str::parse::<i32>) {
        None => None,
        Some(Ok(version)) => Some(version),
        Some(Err(_)) => return Err(Refusal::field(Code::ValidationFailed, "query:version", "A version is a whole number from 1.")),
    };
    let tx = app.store.read(caller.tenant).await?;
    let versions = policies::versions(&tx, caller.tenant, path_id(&id)?).await?;
    let active_version = versions.iter().find(|policy| policy.state == "active").map(|policy| policy.version);
    let found = versions.iter().find(|policy| wanted.is_none_or(|version| version == policy.version)).ok_or_else(Refusal::not_found)?;
    Ok(tagged(i64::from(found.version), &PolicyView { active_version, ..PolicyView::from(found) }))
}
