//! `GET /v1/disputes`.

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use relance_openapi::dispute::DisputeList;
use relance_store::dunning::disputes::{self, Filter};

use crate::{
    caller::{Caller, Scope},
    problem::Answer,
    query::Query,
    state::App,
};

/// States of a dispute.
const STATES: [&str; 2] = ["open", "resolved"];

/// Disputes, newest first.
#[utoipa::path(
    tag = "disputes",
    operation_id = "list_disputes",
    params(
        ("customer_id" = Option<String>, Query, description = "Of one customer."),
        ("invoice_id" = Option<String>, Query, description = "On one invoice."),
        ("status" = Option<String>, Query, description = "In one of these states, separated by commas."),
        ("limit" = Option<u32>, Query, description = "Rows, 1 to 200."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before.")
    ),
    responses((status = 200, description = "A page of disputes.", body = DisputeList))
)]
#[get("/v1/disputes")]
pub async fn list_disputes(req: HttpRequest, app: Data<App>, caller: Caller) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    let query = Query::read(&req, &["customer_id", "invoice_id", "status", "limit", "cursor"])?;
    let page = query.paging(caller.tenant)?;
    let filter =
        Filter { customer_id: query.id("customer_id")?, invoice_id: query.id("invoice_id")?, status: query.words("status", &STATES)? };
    let tx = app.store.read(caller.tenant).await?;
    let rows = disputes::list(&tx, caller.tenant, &filter, page.after_id()?, page.fetch()).await?;
    let (rows, next) = page.cut(rows, |row| vec![row.id.0.to_string()]);
    Ok(HttpResponse::Ok().json(DisputeList::new(rows.iter().map(Into::into).collect(), next)))
}
