//! `GET /v1/invoices/{id}` and `GET /v1/sources/{source}/invoices/{external_id}`.

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};
use relance_domain::ids::InvoiceId;
use relance_openapi::invoice::InvoiceView;
use relance_store::invoices;

use super::desk::{self, Desk};
use crate::{
    caller::{Caller, Scope},
    etag::tagged,
    expand::Expand,
    facts::path_names,
    problem::Answer,
    query::{self, Query},
    state::App,
};

/// One invoice.
#[utoipa::path(
    tag = "invoices",
    operation_id = "get_invoice",
    params(
        ("id" = String, Path, description = "Its id."),
        ("expand" = Option<String>, Query, description = "`customer`: the customer itself beside its id.")
    ),
    responses((status = 200, description = "The invoice.", body = InvoiceView, headers(("ETag" = String, description = "Its version."))))
)]
#[get("/v1/invoices/{id}")]
pub async fn get_invoice(req: HttpRequest, app: Data<App>, desk: Data<Desk>, caller: Caller, id: Path<String>) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    let expand = Expand::read(&Query::read(&req, &["expand"])?)?;
    let id: InvoiceId = query::path_id(&id)?;
    let record = desk::invoice(&desk, &app, caller.tenant, id).await?;
    let version = record.row_version;
    let mut view = InvoiceView::from(record);
    if expand.is_nothing() {
        return Ok(tagged(version, &view));
    }
    expand.fill(&app, caller.tenant, std::slice::from_mut(&mut view)).await?;
    Ok(HttpResponse::Ok().json(view))
}

/// One invoice by its source's own id.
#[utoipa::path(
    tag = "invoices",
    operation_id = "get_invoice_by_external_id",
    params(
        ("source" = String, Path, description = "Who said so."),
        ("external_id" = String, Path, description = "The source's own id.")
    ),
    responses((status = 200, description = "The invoice.", body = InvoiceView, headers(("ETag" = String, description = "Its version."))))
)]
#[get("/v1/sources/{source}/invoices/{external_id}")]
pub async fn get_invoice_by_external_id(
    req: HttpRequest,
    app: Data<App>,
    caller: Caller,
    path: Path<(String, String)>,
) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    query::none(&req)?;
    let (source, external_id) = path_names(path.into_inner())?;
    let record = invoices::get_by_external(&app.store, caller.tenant, &source, &external_id).await?;
    Ok(tagged(record.row_version, &InvoiceView::from(record)))
}
