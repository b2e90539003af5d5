//! `GET /v1/payments/{id}` and `GET /v1/sources/{source}/payments/{external_id}`.

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};
use relance_domain::ids::PaymentId;
use relance_openapi::payment::PaymentView;
use relance_store::payments;

use crate::{
    caller::{Caller, Scope},
    etag::tagged,
    facts::path_names,
    problem::Answer,
    query,
    state::App,
};

/// One payment.
#[utoipa::path(
    tag = "payments",
    operation_id = "get_payment",
    params(("id" = String, Path, description = "Its id.")),
    responses((status = 200, description = "The payment.", body = PaymentView, headers(("ETag" = String, description = "Its version."))))
)]
#[get("/v1/payments/{id}")]
pub async fn get_payment(req: HttpRequest, app: Data<App>, caller: Caller, id: Path<String>) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    query::none(&req)?;
    let id: PaymentId = query::path_id(&id)?;
    let tx = app.store.read(caller.tenant).await?;
    let record = payments::get(&tx, caller.tenant, id).await?;
    Ok(tagged(record.row_version, &PaymentView::from(&record)))
}

/// One payment by its source's own id.
#[utoipa::path(
    tag = "payments",
    operation_id = "get_payment_by_external_id",
    params(
        ("source" = String, Path, description = "Who said so."),
        ("external_id" = String, Path, description = "The source's own id.")
    ),
    responses((status = 200, description = "The payment.", body = PaymentView, headers(("ETag" = String, description = "Its version."))))
)]
#[get("/v1/sources/{source}/payments/{external_id}")]
pub async fn get_payment_by_external_id(
    req: HttpRequest,
    app: Data<App>,
    caller: Caller,
    path: Path<(String, String)>,
) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    query::none(&req)?;
    let (source, external_id) = path_names(path.into_inner())?;
    let tx = app.store.read(caller.tenant).await?;
    let record = payments::by_external(&tx, caller.tenant, &source, &external_id).await?;
    Ok(tagged(record.row_version, &PaymentView::from(&record)))
}
