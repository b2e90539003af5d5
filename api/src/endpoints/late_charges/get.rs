//! `GET /v1/late_charges/{id}`.

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};
use relance_domain::ids::ChargeId;
use relance_openapi::late_charge::LateChargeView;
use relance_store::dunning::late_charges;

use crate::{
    caller::{Caller, Scope},
    etag::tagged,
    problem::Answer,
    query::{self, path_id},
    state::App,
};

/// One charge that was claimed, line by line.
#[utoipa::path(
    tag = "late_charges",
    operation_id = "get_late_charge",
    params(("id" = String, Path, description = "Id of the charge.")),
    responses((status = 200, description = "The charge.", body = LateChargeView))
)]
#[get("/v1/late_charges/{id}")]
pub async fn get_late_charge(req: HttpRequest, app: Data<App>, caller: Caller, id: Path<String>) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    query::none(&req)?;
    let id: ChargeId = path_id(&id)?;
    let tx = app.store.read(caller.tenant).await?;
    let record = late_charges::get(&tx, caller.tenant, id).await?;
    Ok(tagged(record.row_version, &LateChargeView::from(&record)))
}
