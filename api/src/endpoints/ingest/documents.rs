//! `POST /v1/ingest/documents`.

use actix_multipart::{Field, Multipart};
use actix_web::{
    HttpMessage, HttpRequest, HttpResponse, post,
    web::{Data, Payload},
};
use futures::StreamExt;
use relance_openapi::{document::DocumentsAnswer, problem::Code};

use crate::{
    body,
    caller::{Caller, Scope},
    documents::{self, Document},
    facts::check_source,
    problem::{Answer, Refusal},
    query::Query,
    state::App,
};

/// Largest request, in bytes.
const LIMIT: usize = 32 * 1024 * 1024;
/// Most files of a request.
const MOST: usize = 500;
/// The source when none is named.
const SOURCE: &str = "documents";

/// Reads electronic invoices and credit notes (UBL, CII, Factur-X) and takes them in; the format is detected.
#[utoipa::path(
    tag = "ingest",
    operation_id = "ingest_documents",
    params(
        ("source" = Option<String>, Query, description = "Whose documents these are; absent: `documents`."),
        ("dry_run" = Option<bool>, Query, description = "Say what was read, change nothing.")
    ),
    request_body(
        content(
            (Vec<u8> = "application/xml"),
            (Vec<u8> = "application/pdf"),
            (Vec<u8> = "application/octet-stream"),
            (Vec<u8> = "multipart/form-data")
        ),
        description = "One document, or many files as multipart; at most 500 files and 32 MiB."
    ),
    responses((status = 207, description = "What became of each document.", body = DocumentsAnswer))
)]
#[post("/v1/ingest/documents")]
pub async fn ingest_documents(req: HttpRequest, app: Data<App>, caller: Caller, payload: Payload) -> Answer<HttpResponse> {
    caller.require(Scope::FactsWrite)?;
    let query = Query::read(&req, &["source", "dry_run"])?;
    let (dry_run, source) = (query.flag("dry_run")?, query.text("source").unwrap_or(SOURCE));
    let mut faults = body::Faults::default();
    check_source(&mut faults, "query:source", source);
    faults.check()?;
    let media_type = req.content_type().to_ascii_lowercase();
    let list = if media_type.starts_with("multipart/") {
        parts(Multipart::new(req.headers(), payload)).await?
    } else {
        let bytes = body::collect(&req, payload.into_inner(), LIMIT).await?.to_vec();
        vec![Document { file: None, media_type: Some(media_type).filter(|text| !text.is_empty()), bytes }]
    };
    if list.iter().all(|document| document.bytes.is_empty()) {
        return Err(Refusal::new(Code::ValidationFailed, "There is no document in the body."));
    }
    let answer = documents::take(&app.store, caller.tenant, source, list, dry_run).await?;
    Ok(HttpResponse::MultiStatus().json(answer))
}

fn broken() -> Refusal {
    Refusal::new(Code::ValidationFailed, "The multipart body does not read.")
}

async fn parts(mut multipart: Multipart) -> Answer<Vec<Document>> {
    let mut list: Vec<Document> = Vec::new();
    let mut room = LIMIT;
    while let Some(field) = multipart.next().await {
        let document = part(field.map_err(|_| broken())?, room).await?;
        room -= document.bytes.len();
        list.push(document);
        if list.len() > MOST {
            return Err(Refusal::new(Code::TooLarge, format!("At most {MOST} files in a request.")));
        }
    }
    Ok(list)
}

async fn part(mut field: Field, room: usize) -> Answer<Document> {
    let file = field.content_disposition().and_then(|disposition| disposition.get_filename()).map(str::to_owned);
    let media_type = field.content_type().map(ToString::to_string);
    let mut bytes = Vec::new();
    while let Some(chunk) = field.next().await {
        let chunk = chunk.map_err(|_| broken())?;
        if bytes.len() + chunk.len() > room {
            return Err(body::too_large(LIMIT));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(Document { file, media_type, bytes })
}
