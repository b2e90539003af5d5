//! `GET /v1/tasks`.

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use relance_openapi::task::TaskList;
use relance_store::dunning::tasks::{self, Filter};

use crate::{
    caller::{Caller, Scope},
    problem::Answer,
    query::Query,
    state::App,
};

/// States of a task.
const STATES: [&str; 3] = ["open", "completed", "cancelled"];

/// Tasks: newest first, or with `sort=priority` the largest sum first, then the oldest day.
#[utoipa::path(
    tag = "tasks",
    operation_id = "list_tasks",
    params(
        ("sort" = Option<String>, Query, description = "`priority`, or `created_at` for newest first."),
        ("customer_id" = Option<String>, Query, description = "Of one customer."),
        ("status" = Option<String>, Query, description = "In one of these states, separated by commas."),
        ("limit" = Option<u32>, Query, description = "Rows, 1 to 200."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before.")
    ),
    responses((status = 200, description = "A page of tasks.", body = TaskList))
)]
#[get("/v1/tasks")]
pub async fn list_tasks(req: HttpRequest, app: Data<App>, caller: Caller) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    let query = Query::read(&req, &["sort", "customer_id", "status", "limit", "cursor"])?;
    let page = query.paging(caller.tenant)?;
    let by_priority = query.words("sort", &["priority", "created_at"])?.iter().any(|word| word == "priority");
    let filter = Filter { customer_id: query.id("customer_id")?, status: query.words("status", &STATES)?, by_priority };
    let tx = app.store.read(caller.tenant).await?;
    let rows = tasks::list(&tx, caller.tenant, &filter, page.after_id()?, page.fetch()).await?;
    let (rows, next) = page.cut(rows, |row| vec![row.id.0.to_string()]);
    Ok(HttpResponse::Ok().json(TaskList::new(rows.iter().map(Into::into).collect(), next)))
}
