//! `GET /v1/webhook_endpoints`.

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use relance_openapi::webhooks::{EndpointList, EndpointView};
use relance_store::webhooks;

use crate::{
    caller::{Caller, Scope},
    problem::Answer,
    query::Query,
    state::App,
};

/// The tenant's endpoints; never their secrets.
#[utoipa::path(
    tag = "webhooks",
    operation_id = "list_webhook_endpoints",
    params(
        ("limit" = Option<u32>, Query, description = "Rows, 1 to 200."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before.")
    ),
    responses((status = 200, description = "A page of endpoints, newest first.", body = EndpointList))
)]
#[get("/v1/webhook_endpoints")]
pub async fn list_webhook_endpoints(req: HttpRequest, app: Data<App>, caller: Caller) -> Answer<HttpResponse> {
    caller.require(Scope::WebhooksManage)?;
    let page = Query::read(&req, &["limit", "cursor"])?.paging(caller.tenant)?;
    let tx = app.store.read(caller.tenant).await?;
    let rows = webhooks::list(&tx, caller.tenant, page.after_id()?, page.fetch()).await?;
    let (rows, next) = page.cut(rows, |row| vec![row.id.0.to_string()]);
    Ok(HttpResponse::Ok().json(EndpointList::new(rows.iter().map(EndpointView::from).collect(), next)))
}
