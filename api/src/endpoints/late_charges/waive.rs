//! `POST /v1/late_charges/{id}/waive`.

use actix_web::{
    HttpRequest, HttpResponse, post,
    web::{Data, Path},
};
use relance_domain::{ids::ChargeId, records::By};
use relance_openapi::late_charge::{LateChargeView, WaiveInput};
use relance_store::dunning::late_charges;

use crate::{
    body::{Body, Faults},
    caller::{Caller, Scope},
    etag::tagged,
    problem::Answer,
    query::{self, path_id},
    state::App,
    trail,
};

/// Waives a charge, with a name and a reason: it is never asked again, and its invoice stays as it is.
#[utoipa::path(
    tag = "late_charges",
    operation_id = "waive_late_charge",
    params(
        ("id" = String, Path, description = "Id of the charge."),
        ("dry_run" = Option<bool>, Query, description = "Check only.")
    ),
    request_body = WaiveInput,
    responses((status = 200, description = "Waived.", body = LateChargeView))
)]
#[post("/v1/late_charges/{id}/waive")]
pub async fn waive_late_charge(
    req: HttpRequest,
    app: Data<App>,
    caller: Caller,
    id: Path<String>,
    Body(body): Body<WaiveInput>,
) -> Answer<HttpResponse> {
    caller.require(Scope::RemindersWrite)?;
    let dry_run = query::dry_run(&req)?;
    let id: ChargeId = path_id(&id)?;
    let mut faults = Faults::default();
    faults.text("/reason", &body.reason, 500);
    faults.text("/by/name", &body.by.name, 200);
    faults.text("/by/email", &body.by.email, 254);
    faults.check()?;
    let tx = app.store.write(caller.tenant).await?;
    trail::before(&LateChargeView::from(&late_charges::get(&tx, caller.tenant, id).await?));
    let by = By { name: body.by.name, email: body.by.email };
    let record = late_charges::waive(&tx, caller.tenant, id, by, body.reason, app.store.now()).await?;
    app.conclude(tx, dry_run, tagged(record.row_version, &LateChargeView::from(&record))).await
}
