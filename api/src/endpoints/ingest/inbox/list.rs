//! `GET /v1/ingest/inbox`.

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use relance_openapi::inbox::{InboxList, InboxView};
use relance_store::inbox::{self, STATUSES};

use crate::{
    caller::{Caller, Scope},
    problem::Answer,
    query::Query,
    state::App,
};

/// Webhooks that sources delivered: what was made of them, why some are ignored, wait or were put aside.
#[utoipa::path(
    tag = "ingest",
    operation_id = "list_inbox",
    params(
        ("status" = Option<String>, Query, description = "`received`, `applied`, `ignored`, `waiting_fetch`, `quarantined`; several as a,b."),
        ("source" = Option<String>, Query, description = "Of one source, by name."),
        ("limit" = Option<u32>, Query, description = "Rows, 1 to 200."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before.")
    ),
    responses((status = 200, description = "A page of deliveries, newest first.", body = InboxList))
)]
#[get("/v1/ingest/inbox")]
pub async fn list_inbox(req: HttpRequest, app: Data<App>, caller: Caller) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    let query = Query::read(&req, &["status", "source", "limit", "cursor"])?;
    let statuses = query.words("status", STATUSES)?;
    let page = query.paging(caller.tenant)?;
    let tx = app.store.read(caller.tenant).await?;
    let rows = inbox::list(&tx, caller.tenant, &statuses, query.text("source"), page.after_id()?, page.fetch()).await?;
    let (rows, next) = page.cut(rows, |row| vec![row.id.0.to_string()]);
    Ok(HttpResponse::Ok().json(InboxList::new(rows.iter().map(InboxView::from).collect(), next)))
}
