//! `PUT /v1/sources/{source}/credit_notes/{external_id}`.

use actix_web::{
    HttpRequest, HttpResponse, put,
    web::{Data, Path},
};
use relance_openapi::{
    credit_note::{CreditNoteInput, CreditNoteView},
    ingest::ParkedAnswer,
};
use relance_store::credit_notes;

use crate::{
    body::Body,
    caller::Caller,
    facts::{self, Stated, path_names, state, stated},
    problem::Answer,
    query,
    state::App,
};

/// States a credit note: a snapshot by the source's own id. The newest version wins; the same again changes nothing.
#[utoipa::path(
    tag = "credit_notes",
    operation_id = "put_credit_note",
    params(
        ("source" = String, Path, description = "Who says so; springs into being at first use."),
        ("external_id" = String, Path, description = "The source's own id."),
        ("dry_run" = Option<bool>, Query, description = "Check only: 200 with the would-be object.")
    ),
    request_body = CreditNoteInput,
    responses(
        (status = 201, description = "Made known.", body = CreditNoteView, headers(("ETag" = String, description = "Its version."))),
        (status = 200, description = "Changed, known already, or a dry run.", body = CreditNoteView),
        (status = 202, description = "Parked: it names something not known yet and is taken when that arrives.", body = ParkedAnswer)
    )
)]
#[put("/v1/sources/{source}/credit_notes/{external_id}")]
pub async fn put_credit_note(
    req: HttpRequest,
    app: Data<App>,
    caller: Caller,
    path: Path<(String, String)>,
    body: Body<CreditNoteInput>,
) -> Answer<HttpResponse> {
    let dry_run = query::dry_run(&req)?;
    let (source, external_id) = path_names(path.into_inner())?;
    let fact = facts::credit_note(external_id.clone(), body.0, "")?;
    let created = match state(&app, &caller, &source, fact, dry_run).await? {
        Stated::Answered(answer) => return Ok(answer),
        Stated::Taken { created } => created,
    };
    let tx = app.store.read(caller.tenant).await?;
    let record = credit_notes::by_external(&tx, caller.tenant, &source, &external_id).await?;
    Ok(stated(created, record.row_version, &CreditNoteView::from(&record)))
}
