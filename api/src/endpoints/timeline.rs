//! `GET /v1/customers/{id}/timeline`.

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};
use chrono::DateTime;
use relance_domain::ids::CustomerId;
use relance_openapi::{interaction::Timeline, problem::Code};
use relance_store::dunning::timeline::{self, Place};

use crate::{
    caller::{Caller, Scope},
    problem::{Answer, Refusal},
    query::{Query, path_id},
    routes::Registry,
    state::App,
};

/// Registers it.
pub fn routes(cfg: &mut impl Registry) {
    cfg.service(get_timeline);
}

/// Everything that happened with a customer, newest first: invoices, payments, messages that left, tasks, contacts,
/// promises, disputes and holds.
#[utoipa::path(
    tag = "customers",
    operation_id = "get_timeline",
    params(
        ("id" = String, Path, description = "Id of the customer."),
        ("limit" = Option<u32>, Query, description = "Rows, 1 to 200."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before.")
    ),
    responses((status = 200, description = "A page of the timeline.", body = Timeline))
)]
#[get("/v1/customers/{id}/timeline")]
pub async fn get_timeline(req: HttpRequest, app: Data<App>, caller: Caller, id: Path<String>) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    let customer: CustomerId = path_id(&id)?;
    let page = Query::read(&req, &["limit", "cursor"])?.paging(caller.tenant)?;
    let after = page.after().map(place).transpose()?;
    let tx = app.store.read(caller.tenant).await?;
    let rows = timeline::list(&tx, caller.tenant, customer, after.as_ref(), page.fetch()).await?;
    let (rows, next) = page.cut(rows, |(_, place)| vec![place.at.timestamp_millis().to_string(), place.id.to_string(), place.kind.clone()]);
    Ok(HttpResponse::Ok().json(Timeline::new(rows.iter().map(|(entry, _)| entry.into()).collect(), next)))
}

/// The place that a cursor of ours names.
fn place(key: &[String]) -> Answer<Place> {
    let read = || {
        let [at, id, kind] = key else { return None };
        Some(Place { at: DateTime::from_timestamp_millis(at.parse().ok()?)?, id: id.parse().ok()?, kind: kind.clone() })
    };
    read().ok_or_else(|| Refusal::field(Code::CursorMismatch, "query:cursor", "Use next_cursor as it was given."))
}
