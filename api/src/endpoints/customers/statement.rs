//! `GET /v1/customers/{id}/statement`, and the same on paper.

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{self, Data, Path},
};
use chrono::NaiveDate;
use relance_domain::{
    calendar::{Zone, local_day, parse_zone},
    ids::CustomerId,
    settings::Settings,
    statement::{Statement, statement},
};
use relance_letters::render_statement;
use relance_openapi::{problem::Code, statement::StatementView};
use relance_store::{Tx, customers, dunning::late_charges, logos, rates, tenants};

use crate::{
    caller::{Caller, Scope},
    problem::{Answer, Refusal},
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
    let (statement, _) = made(&app, &tx, &caller, id, asked).await?;
    Ok(HttpResponse::Ok().json(StatementView::from(&statement)))
}

/// The statement and the creditor whose it is.
async fn made(app: &App, tx: &Tx, caller: &Caller, id: CustomerId, asked: Option<NaiveDate>) -> Answer<(Statement, Settings)> {
    let account = late_charges::account(tx, caller.tenant, id).await?;
    let settings = tenants::get(tx, caller.tenant).await?.settings;
    let on = match asked {
        Some(day) => day,
        None => {
            let zone = parse_zone(&settings.time_zone).unwrap_or(Zone::Europe__Paris);
            local_day(tenants::now(tx, caller.tenant, app.store.now()).await?, zone)
        }
    };
    let book = rates::book(tx).await?;
    Ok((statement(&account, on, &book), settings))
}

/// The statement of account as PDF, in the customer's language: the same figures as the statement's.
#[utoipa::path(
    tag = "customers",
    operation_id = "get_customer_statement_document",
    params(
        ("id" = String, Path, description = "The customer's id."),
        ("on" = Option<String>, Query, description = "At the end of that day, YYYY-MM-DD; absent: the tenant's day.")
    ),
    responses((status = 200, description = "The document.", content_type = "application/pdf"))
)]
#[get("/v1/customers/{id}/statement/document")]
pub async fn get_customer_statement_document(req: HttpRequest, app: Data<App>, caller: Caller, id: Path<String>) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    let asked = Query::read(&req, &["on"])?.day("on")?;
    let id: CustomerId = query::path_id(&id)?;
    let tx = app.store.read(caller.tenant).await?;
    let customer = customers::get(&tx, caller.tenant, id).await?.details;
    let (statement, settings) = made(&app, &tx, &caller, id, asked).await?;
    let logo = logos::read(&tx, caller.tenant, &settings.logo).await?;
    let logo = settings.logo.as_ref().and_then(|of| logo.of(of));
    drop(tx);
    let name = format!("attachment; filename=\"statement-{}.pdf\"", statement.on);
    let printed = web::block(move || {
        let language = customer.language.as_deref().unwrap_or(&settings.language);
        render_statement(&statement, (&settings, logo.as_ref()), &customer, language)
    });
    let printed = printed.await.map_err(|_| Refusal::new(Code::Overloaded, "The document could not be made in time: try again."))?;
    let letter = printed.map_err(|error| Refusal::new(Code::WrongState, format!("The statement cannot be printed: {error}.")))?;
    Ok(HttpResponse::Ok()
        .content_type("application/pdf")
        .insert_header(("content-disposition", name))
        .insert_header(("x-content-type-options", "nosniff"))
        .body(letter.pdf))
}
