//! `DELETE /v1/sources/{id}`.

use actix_web::{
    HttpRequest, HttpResponse, delete,
    web::{Data, Path},
};
use relance_domain::ids::SourceId;
use relance_openapi::source::ConnectorView;
use relance_store::connectors;

use crate::{
    caller::{Caller, Scope},
    problem::Answer,
    query::{self, path_id},
    state::App,
    trail,
};

/// Removes a source of which no fact is known; one in use is 409 `wrong_state`: switch its webhooks off by PATCH.
#[utoipa::path(
    tag = "sources",
    operation_id = "delete_source",
    params(
        ("id" = String, Path, description = "Id of the source."),
        ("dry_run" = Option<bool>, Query, description = "Check only.")
    ),
    responses((status = 204, description = "Removed."))
)]
#[delete("/v1/sources/{id}")]
pub async fn delete_source(req: HttpRequest, app: Data<App>, caller: Caller, id: Path<String>) -> Answer<HttpResponse> {
    caller.require(Scope::SettingsWrite)?;
    let dry_run = query::dry_run(&req)?;
    let id: SourceId = path_id(&id)?;
    let tx = app.store.write(caller.tenant).await?;
    trail::before(&ConnectorView::from(&connectors::get(&tx, caller.tenant, id).await?));
    connectors::delete(&tx, caller.tenant, id).await?;
    app.conclude(tx, dry_run, HttpResponse::NoContent().finish()).await
}
