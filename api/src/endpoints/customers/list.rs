//! `GET /v1/customers`.

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use relance_openapi::customer::{CustomerList, CustomerView};
use relance_store::customers;

use crate::{
    caller::{Caller, Scope},
    problem::Answer,
    query::Query,
    state::App,
};

/// Customers, newest first.
#[utoipa::path(
    tag = "customers",
    operation_id = "list_customers",
    params(
        ("limit" = Option<u32>, Query, description = "Rows, 1 to 200."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before.")
    ),
    responses((status = 200, description = "A page of credit notes, newest first.", body = CustomerList))
)]
#[get("/v1/customers")]
pub async fn list_customers(req: HttpRequest, app: Data<App>, caller: Caller) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    let query = Query::read(&req, &["limit", "cursor"])?;
    let page = query.paging(caller.tenant)?;
    let tx = app.store.read(caller.tenant).await?;
    let rows = customers::list(&tx, caller.tenant, page.after_id()?, page.fetch()).await?;
    let (rows, next) = page.cut(rows, |row| vec![row.id.0.to_string()]);
    Ok(HttpResponse::Ok().json(CustomerList::new(rows.iter().map(CustomerView::from).collect(), next)))
}
