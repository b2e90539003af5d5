//! `GET /v1/credit_notes`.

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use relance_openapi::credit_note::{CreditNoteList, CreditNoteView};
use relance_store::credit_notes;

use crate::{
    caller::{Caller, Scope},
    problem::Answer,
    query::Query,
    state::App,
};

/// Credit notes, newest first.
#[utoipa::path(
    tag = "credit_notes",
    operation_id = "list_credit_notes",
    params(
        ("customer_id" = Option<String>, Query, description = "Of one customer."),
        ("limit" = Option<u32>, Query, description = "Rows, 1 to 200."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before.")
    ),
    responses((status = 200, description = "A page of credit notes, newest first.", body = CreditNoteList))
)]
#[get("/v1/credit_notes")]
pub async fn list_credit_notes(req: HttpRequest, app: Data<App>, caller: Caller) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    let query = Query::read(&req, &["customer_id", "limit", "cursor"])?;
    let page = query.paging(caller.tenant)?;
    let tx = app.store.read(caller.tenant).await?;
    let rows = credit_notes::list(&tx, caller.tenant, query.id("customer_id")?, page.after_id()?, page.fetch()).await?;
    let (rows, next) = page.cut(rows, |row| vec![row.id.0.to_string()]);
    Ok(HttpResponse::Ok().json(CreditNoteList::new(rows.iter().map(CreditNoteView::from).collect(), next)))
}
