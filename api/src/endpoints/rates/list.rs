//! `GET /v1/rates`.

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use relance_openapi::rate::RateBookView;
use relance_store::rates;

use crate::{
    caller::{Caller, Scope},
    problem::Answer,
    query,
    state::App,
};

/// Every reference rate that is known, with where it was read and when it was entered.
#[utoipa::path(
    tag = "late_charges",
    operation_id = "list_rates",
    responses((status = 200, description = "The rates, by series and half-year.", body = RateBookView))
)]
#[get("/v1/rates")]
pub async fn list_rates(req: HttpRequest, app: Data<App>, caller: Caller) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    query::none(&req)?;
    let tx = app.store.read(caller.tenant).await?;
    let book = rates::book(&tx).await?;
    Ok(HttpResponse::Ok().json(RateBookView { rates: book.all().iter().map(Into::into).collect() }))
}
