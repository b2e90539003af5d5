//! `GET /v1/policies`.

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use relance_openapi::policy::{PolicyList, PolicyView};
use relance_store::policies;

use crate::{
    caller::{Caller, Scope},
    problem::Answer,
    query::Query,
    state::App,
};

/// Every policy in its newest version.
#[utoipa::path(
    tag = "policies",
    operation_id = "list_policies",
    params(
        ("limit" = Option<u32>, Query, description = "Rows, 1 to 200."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before.")
    ),
    responses((status = 200, description = "A page of policies, newest first.", body = PolicyList))
)]
#[get("/v1/policies")]
pub async fn list_policies(req: HttpRequest, app: Data<App>, caller: Caller) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    let page = Query::read(&req, &["limit", "cursor"])?.paging(caller.tenant)?;
    let tx = app.store.read(caller.tenant).await?;
    let rows = policies::list(&tx, caller.tenant, page.after_id()?, page.fetch()).await?;
    let in_force = policies::active(&tx, caller.tenant).await?;
    let (rows, next) = page.cut(rows, |row| vec![row.id.0.to_string()]);
    let active_version = |id| in_force.iter().find(|policy| policy.id == id).map(|policy| policy.version);
    let views = rows.iter().map(|row| PolicyView { active_version: active_version(row.id), ..PolicyView::from(row) }).collect();
    Ok(HttpResponse::Ok().json(PolicyList::new(views, next)))
}
