//! `GET /v1/customers/{id}/balance`.

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};
use relance_domain::ids::CustomerId;
use relance_openapi::{balance::BalanceView, time::day};
use relance_store::customers;

use crate::{
    caller::{Caller, Scope},
    problem::Answer,
    query::{self, Query},
    state::App,
};

/// What a customer owes, or owed at the end of a day.
#[utoipa::path(
    tag = "customers",
    operation_id = "get_customer_balance",
    params(
        ("id" = String, Path, description = "The customer's id."),
        ("on" = Option<String>, Query, description = "At the end of that day, YYYY-MM-DD; absent: as of all facts known.")
    ),
    responses((status = 200, description = "The balance.", body = BalanceView))
)]
#[get("/v1/customers/{id}/balance")]
pub async fn get_customer_balance(req: HttpRequest, app: Data<App>, caller: Caller, id: Path<String>) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    let on = Query::read(&req, &["on"])?.day("on")?;
    let id: CustomerId = query::path_id(&id)?;
    let tx = app.store.read(caller.tenant).await?;
    let balance = customers::balance(&tx, caller.tenant, id, on).await?;
    Ok(HttpResponse::Ok().json(BalanceView::of(id.to_string(), on.map(day), &balance)))
}
