//! `GET /v1/customers/{id}` and `GET /v1/sources/{source}/customers/{external_id}`.

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};
use relance_domain::ids::CustomerId;
use relance_openapi::customer::CustomerView;
use relance_store::customers;

use crate::{
    caller::{Caller, Scope},
    etag::tagged,
    facts::path_names,
    problem::Answer,
    query,
    state::App,
};

/// One customer.
#[utoipa::path(
    tag = "customers",
    operation_id = "get_customer",
    params(("id" = String, Path, description = "Its id.")),
    responses((status = 200, description = "The customer.", body = CustomerView, headers(("ETag" = String, description = "Its version."))))
)]
#[get("/v1/customers/{id}")]
pub async fn get_customer(req: HttpRequest, app: Data<App>, caller: Caller, id: Path<String>) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    query::none(&req)?;
    let id: CustomerId = query::path_id(&id)?;
    let tx = app.store.read(caller.tenant).await?;
    let record = customers::get(&tx, caller.tenant, id).await?;
    Ok(tagged(record.row_version, &CustomerView::from(&record)))
}

/// One customer by its source's own id.
#[utoipa::path(
    tag = "customers",
    operation_id = "get_customer_by_external_id",
    params(
        ("source" = String, Path, description = "Who said so."),
        ("external_id" = String, Path, description = "The source's own id.")
    ),
    responses((status = 200, description = "The customer.", body = CustomerView, headers(("ETag" = String, description = "Its version."))))
)]
#[get("/v1/sources/{source}/customers/{external_id}")]
pub async fn get_customer_by_external_id(
    req: HttpRequest,
    app: Data<App>,
    caller: Caller,
    path: Path<(String, String)>,
) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    query::none(&req)?;
    let (source, external_id) = path_names(path.into_inner())?;
    let tx = app.store.read(caller.tenant).await?;
    let record = customers::by_external(&tx, caller.tenant, &source, &external_id).await?;
    Ok(tagged(record.row_version, &CustomerView::from(&record)))
}
