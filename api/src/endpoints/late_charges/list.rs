//! `GET /v1/late_charges`.

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use relance_openapi::late_charge::LateChargeList;
use relance_store::dunning::late_charges::{self, Filter};

use crate::{
    caller::{Caller, Scope},
    problem::Answer,
    query::Query,
    state::App,
};

/// States of a charge.
const STATES: [&str; 2] = ["accrued", "waived"];

/// Charges that messages really claimed, for the ERP to book: once per invoice and rule, newest first.
#[utoipa::path(
    tag = "late_charges",
    operation_id = "list_late_charges",
    params(
        ("customer_id" = Option<String>, Query, description = "Of one customer."),
        ("invoice_id" = Option<String>, Query, description = "On one invoice."),
        ("status" = Option<String>, Query, description = "In one of these states, separated by commas."),
        ("limit" = Option<u32>, Query, description = "Rows, 1 to 200."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before.")
    ),
    responses((status = 200, description = "A page of charges.", body = LateChargeList))
)]
#[get("/v1/late_charges")]
pub async fn list_late_charges(req: HttpRequest, app: Data<App>, caller: Caller) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    let query = Query::read(&req, &["customer_id", "invoice_id", "status", "limit", "cursor"])?;
    let page = query.paging(caller.tenant)?;
    let filter =
        Filter { customer_id: query.id("customer_id")?, invoice_id: query.id("invoice_id")?, status: query.words("status", &STATES)? };
    let tx = app.store.read(caller.tenant).await?;
    let rows = late_charges::list(&tx, caller.tenant, &filter, page.after_id()?, page.fetch()).await?;
    let (rows, next) = page.cut(rows, |row| vec![row.id.0.to_string()]);
    Ok(HttpResponse::Ok().json(LateChargeList::new(rows.iter().map(Into::into).collect(), next)))
}
