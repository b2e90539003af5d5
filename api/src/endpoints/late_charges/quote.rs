//! `POST /v1/late_charges/quote`.

use actix_web::{HttpRequest, HttpResponse, post, web::Data};
use relance_domain::charges::{RateUnknown, Reckoning, reckon};
use relance_openapi::{
    late_charge::{QuoteInput, QuoteView},
    problem::Code,
};
use relance_store::rates;

use super::read::Asked;
use crate::{
    body::Body,
    caller::{Caller, Scope},
    problem::{Answer, Refusal},
    query,
    state::App,
};

/// Reckons interest and fixed compensation at a day, line by line, and keeps nothing. The regime says what kind of debtor
/// is meant: `fr_legal`, the consumers' regime, knows no fee of any kind.
#[utoipa::path(
    tag = "late_charges",
    operation_id = "quote_late_charges",
    request_body = QuoteInput,
    responses((status = 200, description = "What is owed at that day.", body = QuoteView))
)]
#[post("/v1/late_charges/quote")]
pub async fn quote_late_charges(req: HttpRequest, app: Data<App>, caller: Caller, Body(body): Body<QuoteInput>) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    query::none(&req)?;
    let asked = Asked::read(body)?;
    let tx = app.store.read(caller.tenant).await?;
    let book = rates::book(&tx).await?;
    tx.commit().await.map_err(relance_store::StoreError::from)?;
    let one = |(number, debt)| reckon(&debt, &asked.terms, asked.as_of, &book).map(|done| (number, done));
    let done: Vec<(String, Reckoning)> = asked.debts.into_iter().map(one).collect::<Result<_, _>>().map_err(unknown)?;
    Ok(HttpResponse::Ok().json(QuoteView::of(done, asked.currency)))
}

/// A missing rate is not a number.
pub(super) fn unknown(rate: RateUnknown) -> Refusal {
    let detail = format!(
        "No rate is known for {}: it can be reckoned up to {}. Enter it with its source once it is published.",
        rate.missing(),
        rate.known_until()
    );
    Refusal::new(Code::RateUnknown, detail).with("missing", rate.missing())
}
