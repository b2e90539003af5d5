//! `GET /v1/reminders/{id}/content`.

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};
use relance_domain::ids::ReminderId;
use relance_openapi::reminder_content::{ProofView, ReminderContentView};
use relance_store::dunning::letters;

use super::preview::read;
use crate::{
    caller::{Caller, Scope},
    problem::Answer,
    query::{self, path_id},
    state::App,
};

/// What the reminder said; before it left, what it would say now.
#[utoipa::path(
    tag = "reminders",
    operation_id = "get_reminder_content",
    params(("id" = String, Path, description = "Id of the reminder.")),
    responses((status = 200, description = "Text, headers and list of files.", body = ReminderContentView))
)]
#[get("/v1/reminders/{id}/content")]
pub async fn get_reminder_content(req: HttpRequest, app: Data<App>, caller: Caller, id: Path<String>) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    query::none(&req)?;
    let id: ReminderId = path_id(&id)?;
    let content = read(&app, caller.tenant, id).await?;
    let tx = app.store.read(caller.tenant).await?;
    let proofs = letters::proofs(&tx, caller.tenant, id).await?;
    let proofs = proofs.into_iter().map(|proof| ProofView {
        kind: proof.kind,
        name: proof.name,
        media_type: proof.media_type,
        size: proof.size,
        sha256: proof.sha256,
        received_at: relance_openapi::time::at(proof.received_at),
    });
    Ok(HttpResponse::Ok().json(ReminderContentView { proofs: proofs.collect(), ..ReminderContentView::from(&content) }))
}
