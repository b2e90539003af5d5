//! `GET /v1/tasks`.

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use relance_openapi::task::{TaskList, TaskView};
use relance_store::dunning::tasks::{self, Filter};

use crate::{
    caller::{Caller, Scope},
    expand::Expand,
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
        ("expand" = Option<String>, Query, description = "`customer`: the customer itself beside its id."),
        ("limit" = Option<u32>, Query, description = "Rows, 1 to 200."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before.")
    ),
    responses((status = 200, description = "A page of tasks.", body = TaskList))
)]
#[get("/v1/tasks")]
pub async fn list_tasks(req: HttpRequest, app: Data<App>, caller: Caller) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    let query = Query::read(&req, &["sort", "customer_id", "status", "expand", "limit", "cursor"])?;
    let page = query.paging(caller.tenant)?;
    let expand = Expand::read(&query)?;
    let by_priority = query.words("sort", &["priority", "created_at"])?.iter().any(|word| word == "priority");
    let filter = Filter { customer_id: query.id("customer_id")?, status: query.words("status", &STATES)?, by_priority };
    let tx = app.store.read(caller.tenant).await?;
    let rows = tasks::list(&tx, caller.tenant, &filter, page.after_id()?, page.fetch()).await?;
    let (rows, next) = page.cut(rows, |row| vec![row.id.0.to_string()]);
    let mut views: Vec<TaskView> = rows.iter().map(Into::into).collect();
    drop(tx); // one connection at a time
    expand.fill(&app, caller.tenant, &mut views).await?;
    Ok(HttpResponse::Ok().json(TaskList::new(views, next)))
}
