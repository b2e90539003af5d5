//! `GET /v1/ingest/parked`.

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use relance_openapi::ingest::{ParkedList, ParkedView};
use relance_store::parked;

use crate::{
    caller::{Caller, Scope},
    problem::Answer,
    query::Query,
    state::App,
};

/// Facts that wait for a customer, an invoice, a payment or a dispute not known yet.
#[utoipa::path(
    tag = "ingest",
    operation_id = "list_parked",
    params(
        ("source" = Option<String>, Query, description = "Of one source."),
        ("limit" = Option<u32>, Query, description = "Rows, 1 to 200."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before.")
    ),
    responses((status = 200, description = "A page of facts that wait, newest first.", body = ParkedList))
)]
#[get("/v1/ingest/parked")]
pub async fn list_parked(req: HttpRequest, app: Data<App>, caller: Caller) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    let query = Query::read(&req, &["source", "limit", "cursor"])?;
    let page = query.paging(caller.tenant)?;
    let tx = app.store.read(caller.tenant).await?;
    let rows = parked::list(&tx, caller.tenant, query.text("source"), page.after_id()?, page.fetch()).await?;
    let (rows, next) = page.cut(rows, |row| vec![row.id.to_string()]);
    Ok(HttpResponse::Ok().json(ParkedList::new(rows.iter().map(ParkedView::from).collect(), next)))
}
