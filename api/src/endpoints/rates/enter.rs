//! `POST /v1/rates`.

use actix_web::{HttpRequest, HttpResponse, post, web::Data};
use chrono::NaiveDate;
use relance_domain::charges::{PublishedRate, Series};
use relance_openapi::rate::{RateBookView, RateInput, RatesInput};
use relance_store::{Scope, rates};

use crate::{
    body::{Body, Faults},
    endpoints::tenants::operator,
    problem::Answer,
    query,
    state::App,
};

/// Enters reference rates, with the operator's key: they are the law's, so the same for every tenant. A rate of a half-year
/// that had another replaces it; nothing that was claimed before changes.
#[utoipa::path(
    tag = "late_charges",
    operation_id = "enter_rates",
    params(("dry_run" = Option<bool>, Query, description = "Check only: 200 with the would-be rates.")),
    request_body = RatesInput,
    responses((status = 200, description = "Entered: every rate that is known now.", body = RateBookView))
)]
#[post("/v1/rates")]
pub async fn enter_rates(req: HttpRequest, app: Data<App>, body: Body<RatesInput>) -> Answer<HttpResponse> {
    operator(&req, &app)?;
    let dry_run = query::dry_run(&req)?;
    let new = read(&body.0, app.store.now().date_naive())?;
    let tx = app.store.write(Scope::System).await?;
    rates::enter(&tx, &new).await?;
    let book = rates::book(&tx).await?;
    let answer = HttpResponse::Ok().json(RateBookView { rates: book.all().iter().map(Into::into).collect() });
    app.conclude(tx, dry_run, answer).await
}

fn read(body: &RatesInput, today: NaiveDate) -> Answer<Vec<PublishedRate>> {
    let mut faults = Faults::default();
    let mut one = |(n, input): (usize, &RateInput)| {
        let at = |member: &str| format!("/rates/{n}/{member}");
        faults.text(&at("source"), &input.source, 500);
        let half_year = input.half_year.parse().ok();
        if half_year.is_none() {
            faults.invalid(at("half_year"), "This must be a half-year such as 2027S1.");
        }
        let rate = input.rate.parse().ok();
        if rate.is_none() {
            faults.invalid(at("rate"), "This must be percent a year as a decimal string, such as 2.65.");
        }
        let series = Series::of(&input.series);
        if series.is_none() {
            faults.invalid(at("series"), "There is no such series of rates.");
        }
        Some(PublishedRate { series: series?, half_year: half_year?, rate: rate?, source: input.source.clone(), entered_on: today })
    };
    let read: Option<Vec<PublishedRate>> = body.rates.iter().enumerate().map(&mut one).collect();
    faults.some(read)
}
