//! `GET /v1/tasks/{id}`.

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};
use relance_domain::ids::TaskId;
use relance_openapi::task::TaskView;
use relance_store::dunning::tasks;

use crate::{
    caller::{Caller, Scope},
    etag::tagged,
    expand::Expand,
    problem::Answer,
    query::{Query, path_id},
    state::App,
};

/// One task.
#[utoipa::path(
    tag = "tasks",
    operation_id = "get_task",
    params(
        ("id" = String, Path, description = "Id of the task."),
        ("expand" = Option<String>, Query, description = "`customer`: the customer itself beside its id.")
    ),
    responses((status = 200, description = "The task.", body = TaskView))
)]
#[get("/v1/tasks/{id}")]
pub async fn get_task(req: HttpRequest, app: Data<App>, caller: Caller, id: Path<String>) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    let expand = Expand::read(&Query::read(&req, &["expand"])?)?;
    let id: TaskId = path_id(&id)?;
    let tx = app.store.read(caller.tenant).await?;
    let record = tasks::get(&tx, caller.tenant, id).await?;
    let mut view = TaskView::from(&record);
    if expand.is_nothing() {
        return Ok(tagged(record.row_version, &view));
    }
    drop(tx); // one connection at a time
    expand.fill(&app, caller.tenant, std::slice::from_mut(&mut view)).await?;
    Ok(HttpResponse::Ok().json(view))
}
