//! `GET /v1/payments`.

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use relance_openapi::payment::{PaymentList, PaymentView};
use relance_store::payments;

use crate::{
    caller::{Caller, Scope},
    problem::Answer,
    query::Query,
    state::App,
};

/// Payments, newest first.
#[utoipa::path(
    tag = "payments",
    operation_id = "list_payments",
    params(
        ("customer_id" = Option<String>, Query, description = "Of one customer."),
        ("limit" = Option<u32>, Query, description = "Rows, 1 to 200."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before.")
    ),
    responses((status = 200, description = "A page of credit notes, newest first.", body = PaymentList))
)]
#[get("/v1/payments")]
pub async fn list_payments(req: HttpRequest, app: Data<App>, caller: Caller) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    let query = Query::read(&req, &["customer_id", "limit", "cursor"])?;
    let page = query.paging(caller.tenant)?;
    let tx = app.store.read(caller.tenant).await?;
    let rows = payments::list(&tx, caller.tenant, query.id("customer_id")?, page.after_id()?, page.fetch()).await?;
    let (rows, next) = page.cut(rows, |row| vec![row.id.0.to_string()]);
    Ok(HttpResponse::Ok().json(PaymentList::new(rows.iter().map(PaymentView::from).collect(), next)))
}
