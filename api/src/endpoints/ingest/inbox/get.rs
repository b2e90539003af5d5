//! `GET /v1/ingest/inbox/{id}`.

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};
use relance_domain::ids::InboxId;
use relance_openapi::inbox::InboxView;
use relance_store::inbox;

use crate::{
    caller::{Caller, Scope},
    etag::tagged_by_content,
    problem::Answer,
    query::{self, path_id},
    state::App,
};

/// One delivery with its body.
#[utoipa::path(
    tag = "ingest",
    operation_id = "get_inbox",
    params(("id" = String, Path, description = "Id of the delivery.")),
    responses((status = 200, description = "The delivery.", body = InboxView))
)]
#[get("/v1/ingest/inbox/{id}")]
pub async fn get_inbox(req: HttpRequest, app: Data<App>, caller: Caller, id: Path<String>) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    query::none(&req)?;
    let id: InboxId = path_id(&id)?;
    let tx = app.store.read(caller.tenant).await?;
    let (record, body) = inbox::get(&tx, caller.tenant, id).await?;
    let body = record.kept.then(|| String::from_utf8_lossy(&body).into_owned());
    Ok(tagged_by_content(&InboxView { body, ..InboxView::from(&record) }))
}
