//! `GET /v1/customers/{id}/statement`.

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};
use relance_domain::{
    calendar::{Zone, local_day, parse_zone},
    ids::CustomerId,
    statement::statement,
};
use relance_openapi::statement::StatementView;
use relance_store::{dunning::late_charges, rates, tenants};

use crate::{
    caller::{Caller, Scope},
    problem::Answer,
    query::{self, Query},
    state::App,
};

/// The statement of account at the end of a day: invoices, credit notes, payments, what was set against what, late charges
/// line by line, and sums by currency. Where a rate is not known, interest stops at the last known day, and it says so.
#[utoipa::path(
    tag = "customers",
    operation_id = "get_customer_statement",
    params(
        ("id" = String, Path, description = "The customer's id."),
        ("on" = Option<String>, Query, description = "At the end of that day, YYYY-MM-DD; absent: the tenant's day.")
    ),
    responses((status = 200, description = "The statement.", body = StatementView))
)]
#[get("/v1/customers/{id}/statement")]
pub async fn get_customer_statement(req: HttpRequest, app: Data<App>, caller: Caller, id: Path<String>) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    let asked = Query::read(&req, &["on"])?.day("on")?;
    let id: CustomerId = query::path_id(&id)?;
    let tx = app.store.read(caller.tenant).await?;
    let account = late_charges::account(&tx, caller.tenant, id).await?;
    let on = match asked {
        Some(day) => day,
        None => {
            let zone = parse_zone(&tenants::get(&tx, caller.tenant).await?.settings.time_zone).unwrap_or(Zone::Europe__Paris);
            local_day(tenants::now(&tx, caller.tenant, app.store.now()).await?, zone)
        }
    };
    let book = rates::book(&tx).await?;
    Ok(HttpResponse::Ok().json(StatementView::from(&statement(&account, on, &book))))
}
