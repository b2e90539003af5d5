//! `GET /v1/sources`.

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use relance_openapi::source::{ConnectorList, ConnectorView};
use relance_store::connectors;

use crate::{
    caller::{Caller, Scope},
    problem::Answer,
    query::Query,
    state::App,
};

/// Sources, those that only facts were heard of too.
#[utoipa::path(
    tag = "sources",
    operation_id = "list_sources",
    params(
        ("limit" = Option<u32>, Query, description = "Rows, 1 to 200."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before.")
    ),
    responses((status = 200, description = "A page of sources, newest first.", body = ConnectorList))
)]
#[get("/v1/sources")]
pub async fn list_sources(req: HttpRequest, app: Data<App>, caller: Caller) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    let query = Query::read(&req, &["limit", "cursor"])?;
    let page = query.paging(caller.tenant)?;
    let tx = app.store.read(caller.tenant).await?;
    let rows = connectors::list(&tx, caller.tenant, page.after_id()?, page.fetch()).await?;
    let (rows, next) = page.cut(rows, |row| vec![row.id.0.to_string()]);
    Ok(HttpResponse::Ok().json(ConnectorList::new(rows.iter().map(ConnectorView::from).collect(), next)))
}
