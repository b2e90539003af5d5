//! `GET /v1/interruptions/{id}`.

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};
use relance_domain::ids::InterruptionId;
use relance_openapi::interruption::InterruptionView;
use relance_store::dunning::interruptions;

use crate::{
    caller::{Caller, Scope},
    etag::tagged,
    problem::Answer,
    query::{self, path_id},
    state::App,
};

/// One act that began a new period of limitation.
#[utoipa::path(
    tag = "interruptions",
    operation_id = "get_interruption",
    params(("id" = String, Path, description = "Id of the act.")),
    responses((status = 200, description = "The act.", body = InterruptionView))
)]
#[get("/v1/interruptions/{id}")]
pub async fn get_interruption(req: HttpRequest, app: Data<App>, caller: Caller, id: Path<String>) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    query::none(&req)?;
    let id: InterruptionId = path_id(&id)?;
    let tx = app.store.read(caller.tenant).await?;
    let record = interruptions::get(&tx, caller.tenant, id).await?;
    Ok(tagged(record.row_version, &InterruptionView::from(&record)))
}
