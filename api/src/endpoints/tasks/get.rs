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
    problem::Answer,
    query::{self, path_id},
    state::App,
};

/// One task.
#[utoipa::path(
    tag = "tasks",
    operation_id = "get_task",
    params(("id" = String, Path, description = "Id of the task.")),
    responses((status = 200, description = "The task.", body = TaskView))
)]
#[get("/v1/tasks/{id}")]
pub async fn get_task(req: HttpRequest, app: Data<App>, caller: Caller, id: Path<String>) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    query::none(&req)?;
    let id: TaskId = path_id(&id)?;
    let tx = app.store.read(caller.tenant).await?;
    let record = tasks::get(&tx, caller.tenant, id).await?;
    Ok(tagged(record.row_version, &TaskView::from(&record)))
}
