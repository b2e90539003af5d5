//! `GET /v1/invoices`.

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use chrono::NaiveDate;
use relance_domain::records::InvoiceStatus;
use relance_openapi::{
    invoice::{InvoiceList, InvoiceView},
    problem::Code,
};
use relance_store::invoices::{self, InvoiceFilter, InvoiceOrder};
use uuid::Uuid;

use crate::{
    caller::{Caller, Scope},
    etag::json,
    expand::Expand,
    page::Paging,
    problem::{Answer, Refusal},
    query::Query,
    state::App,
};

/// Invoices.
#[utoipa::path(
    tag = "invoices",
    operation_id = "list_invoices",
    params(
        ("status" = Option<String>, Query, description = "One or more of `open`, `paid`, `void`, `written_off`, separated by commas."),
        ("due_on_gte" = Option<String>, Query, description = "Due that day or later."),
        ("due_on_lt" = Option<String>, Query, description = "Due before that day."),
        ("customer_id" = Option<String>, Query, description = "Of one customer."),
        ("sort" = Option<String>, Query, description = "`-created_at` (newest first, the default), `due_on` or `-due_on`."),
        ("expand" = Option<String>, Query, description = "`customer`: the customer itself beside its id."),
        ("limit" = Option<u32>, Query, description = "Rows, 1 to 200."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before.")
    ),
    responses((status = 200, description = "A page of invoices.", body = InvoiceList))
)]
#[get("/v1/invoices")]
pub async fn list_invoices(req: HttpRequest, app: Data<App>, caller: Caller) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    let query = Query::read(&req, &["status", "due_on_gte", "due_on_lt", "customer_id", "sort", "expand", "limit", "cursor"])?;
    let page = query.paging(caller.tenant)?;
    let (filter, expand) = (filter(&query)?, Expand::read(&query)?);
    let after = after(&page)?;
    let rows = invoices::list(&app.store, caller.tenant, &filter, after, page.fetch()).await?;
    let (rows, next) = page.cut(rows, |row| vec![row.details.due_on.to_string(), row.id.0.to_string()]);
    let things = rows.len();
    let mut views: Vec<InvoiceView> = rows.into_iter().map(InvoiceView::from).collect();
    expand.fill(&app, caller.tenant, &mut views).await?;
    Ok(json(&mut HttpResponse::Ok(), &InvoiceList::new(views, next), things))
}

fn filter(query: &Query) -> Answer<InvoiceFilter> {
    let status = query.words("status", &["open", "paid", "void", "written_off"])?;
    let order = match query.text("sort") {
        None | Some("-created_at") => InvoiceOrder::Newest,
        Some("due_on") => InvoiceOrder::DueOn,
        Some("-due_on") => InvoiceOrder::DueOnLast,
        Some(_) => {
            return Err(Refusal::field(Code::ValidationFailed, "query:sort", "This must be one of: -created_at, due_on, -due_on."));
        }
    };
    Ok(InvoiceFilter {
        status: status.iter().filter_map(|word| InvoiceStatus::parse(word)).collect(),
        due_on_gte: query.day("due_on_gte")?,
        due_on_lt: query.day("due_on_lt")?,
        customer: query.id("customer_id")?,
        order,
    })
}

/// (due date, id) of the last row of the page before.
fn after(page: &Paging) -> Answer<Option<(NaiveDate, Uuid)>> {
    let Some(key) = page.after() else { return Ok(None) };
    let place = match key {
        [day, id] => day.parse().ok().zip(id.parse().ok()),
        _ => None,
    };
    place
        .map(Some)
        .ok_or_else(|| Refusal::field(Code::CursorMismatch, "query:cursor", "Use next_cursor as it was given, with the same filters."))
}
