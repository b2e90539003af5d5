//! `GET /v1/credit_notes/{id}` and `GET /v1/sources/{source}/credit_notes/{external_id}`.

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};
use relance_domain::ids::CreditNoteId;
use relance_openapi::credit_note::CreditNoteView;
use relance_store::credit_notes;

use crate::{
    caller::{Caller, Scope},
    etag::tagged,
    facts::path_names,
    problem::Answer,
    query,
    state::App,
};

/// One credit note.
#[utoipa::path(
    tag = "credit_notes",
    operation_id = "get_credit_note",
    params(("id" = String, Path, description = "Its id.")),
    responses((status = 200, description = "The credit note.", body = CreditNoteView, headers(("ETag" = String, description = "Its version."))))
)]
#[get("/v1/credit_notes/{id}")]
pub async fn get_credit_note(req: HttpRequest, app: Data<App>, caller: Caller, id: Path<String>) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    query::none(&req)?;
    let id: CreditNoteId = query::path_id(&id)?;
    let tx = app.store.read(caller.tenant).await?;
    let record = credit_notes::get(&tx, caller.tenant, id).await?;
    Ok(tagged(record.row_version, &CreditNoteView::from(&record)))
}

/// One credit note by its source's own id.
#[utoipa::path(
    tag = "credit_notes",
    operation_id = "get_credit_note_by_external_id",
    params(
        ("source" = String, Path, description = "Who said so."),
        ("external_id" = String, Path, description = "The source's own id.")
    ),
    responses((status = 200, description = "The credit note.", body = CreditNoteView, headers(("ETag" = String, description = "Its version."))))
)]
#[get("/v1/sources/{source}/credit_notes/{external_id}")]
pub async fn get_credit_note_by_external_id(
    req: HttpRequest,
    app: Data<App>,
    caller: Caller,
    path: Path<(String, String)>,
) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    query::none(&req)?;
    let (source, external_id) = path_names(path.into_inner())?;
    let tx = app.store.read(caller.tenant).await?;
    let record = credit_notes::by_external(&tx, caller.tenant, &source, &external_id).await?;
    Ok(tagged(record.row_version, &CreditNoteView::from(&record)))
}
