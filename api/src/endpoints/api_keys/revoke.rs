//! `DELETE /v1/api_keys/{id}`.

use actix_web::{
    HttpRequest, HttpResponse, delete,
    web::{Data, Path},
};
use relance_domain::ids::KeyId;
use relance_store::keys;

use crate::{
    caller::{Caller, Scope},
    problem::Answer,
    query::{self, path_id},
    state::App,
    trail,
};

/// Revokes a key, at once and for ever; doing it again changes nothing.
#[utoipa::path(
    tag = "api_keys",
    operation_id = "delete_api_key",
    params(
        ("id" = String, Path, description = "Id of the key."),
        ("dry_run" = Option<bool>, Query, description = "Check only.")
    ),
    responses((status = 204, description = "Revoked."))
)]
#[delete("/v1/api_keys/{id}")]
pub async fn delete_api_key(req: HttpRequest, app: Data<App>, caller: Caller, id: Path<String>) -> Answer<HttpResponse> {
    caller.require(Scope::KeysManage)?;
    let dry_run = query::dry_run(&req)?;
    let id: KeyId = path_id(&id)?;
    let tx = app.store.write(caller.tenant).await?;
    trail::before(&super::view(&keys::get(&tx, caller.tenant, id).await?, caller.live));
    keys::revoke(&tx, caller.tenant, id, app.store.now()).await?;
    let answer = app.conclude(tx, dry_run, HttpResponse::NoContent().finish()).await?;
    if !dry_run {
        app.known_keys.forget(id);
    }
    Ok(answer)
}
