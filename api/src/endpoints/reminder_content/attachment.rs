//! `GET /v1/reminders/{id}/attachments/{name}`.

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};
use relance_domain::ids::ReminderId;
use relance_store::dunning::letters;

use super::preview::read;
use crate::{
    caller::{Caller, Scope},
    problem::Answer,
    query::{self, path_id},
    state::App,
};

/// One file of the message, or one that proves a letter, byte for byte.
#[utoipa::path(
    tag = "reminders",
    operation_id = "get_reminder_attachment",
    params(
        ("id" = String, Path, description = "Id of the reminder."),
        ("name" = String, Path, description = "Name of the file, as the content lists it.")
    ),
    responses((status = 200, description = "The file with its media type.", content_type = "application/octet-stream"))
)]
#[get("/v1/reminders/{id}/attachments/{name}")]
pub async fn get_reminder_attachment(
    req: HttpRequest,
    app: Data<App>,
    caller: Caller,
    path: Path<(String, String)>,
) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    query::none(&req)?;
    let (id, name) = path.into_inner();
    let id: ReminderId = path_id(&id)?;
    let content = read(&app, caller.tenant, id).await?;
    let file = match content.attachments.into_iter().find(|file| file.name == name) {
        Some(file) => file,
        None => {
            let tx = app.store.read(caller.tenant).await?;
            letters::proof(&tx, caller.tenant, id, &name).await?
        }
    };
    // the name is one of ours: letters, digits, dot and hyphen
    let disposition = format!("attachment; filename=\"{}\"", file.name);
    Ok(HttpResponse::Ok()
        .content_type(file.media_type)
        .insert_header(("content-disposition", disposition))
        .insert_header(("x-content-type-options", "nosniff"))
        .body(file.data))
}
