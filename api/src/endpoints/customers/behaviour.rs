//! `GET /v1/customers/{id}/behaviour`.

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};
use relance_domain::{
    behaviour,
    calendar::{local_day, parse_zone},
    ids::CustomerId,
};
use relance_openapi::behaviour::BehaviourView;
use relance_store::{behaviour::habits, tenants};

use crate::{
    caller::{Caller, Scope},
    problem::Answer,
    query::{self, Query},
    state::App,
};

/// How a customer pays: days late weighted by amount with open invoices counted, over the last year; promises kept and
/// broken; whether anybody can be reached.
#[utoipa::path(
    tag = "customers",
    operation_id = "get_customer_behaviour",
    params(("id" = String, Path, description = "The customer's id.")),
    responses((status = 200, description = "What was seen.", body = BehaviourView))
)]
#[get("/v1/customers/{id}/behaviour")]
pub async fn get_customer_behaviour(req: HttpRequest, app: Data<App>, caller: Caller, id: Path<String>) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    Query::read(&req, &[])?;
    let id: CustomerId = query::path_id(&id)?;
    let tx = app.store.read(caller.tenant).await?;
    let tenant = tenants::get(&tx, caller.tenant).await?;
    let now = tenant.clock_at.filter(|_| !tenant.live).unwrap_or(app.store.now());
    let on = parse_zone(&tenant.settings.time_zone).map_or_else(|| now.date_naive(), |zone| local_day(now, zone));
    let seen = habits(&tx, caller.tenant, id, on).await?;
    let paying = behaviour::paying(&seen.history.invoices, on);
    Ok(HttpResponse::Ok().json(BehaviourView::of(id.to_string(), on, seen.since, &paying, seen.history.promises, seen.reach)))
}
