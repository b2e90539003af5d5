//! `GET /v1/reminders`.

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use relance_openapi::reminder::{ReminderList, ReminderView};
use relance_store::dunning::reminders::{self, Filter};

use crate::{
    caller::{Caller, Scope},
    expand::Expand,
    problem::Answer,
    query::Query,
    state::App,
};

/// States of a reminder.
const STATES: [&str; 9] = ["planned", "awaiting_approval", "sending", "sent", "delivered", "bounced", "failed", "cancelled", "unknown"];

/// Reminders, newest first; attempts only when one is read.
#[utoipa::path(
    tag = "reminders",
    operation_id = "list_reminders",
    params(
        ("customer_id" = Option<String>, Query, description = "Of one customer."),
        ("status" = Option<String>, Query, description = "In one of these states, separated by commas."),
        ("expand" = Option<String>, Query, description = "`customer`: the customer itself beside its id."),
        ("limit" = Option<u32>, Query, description = "Rows, 1 to 200."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before.")
    ),
    responses((status = 200, description = "A page of reminders.", body = ReminderList))
)]
#[get("/v1/reminders")]
pub async fn list_reminders(req: HttpRequest, app: Data<App>, caller: Caller) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    let query = Query::read(&req, &["customer_id", "status", "expand", "limit", "cursor"])?;
    let page = query.paging(caller.tenant)?;
    let expand = Expand::read(&query)?;
    let filter = Filter { customer_id: query.id("customer_id")?, status: query.words("status", &STATES)? };
    let tx = app.store.read(caller.tenant).await?;
    let rows = reminders::list(&tx, caller.tenant, &filter, page.after_id()?, page.fetch()).await?;
    let (rows, next) = page.cut(rows, |row| vec![row.id.0.to_string()]);
    let mut views: Vec<ReminderView> = rows.iter().map(Into::into).collect();
    drop(tx); // one connection at a time
    expand.fill(&app, caller.tenant, &mut views).await?;
    Ok(HttpResponse::Ok().json(ReminderList::new(views, next)))
}
