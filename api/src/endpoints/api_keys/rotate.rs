//! `POST /v1/api_keys/{id}/rotate`.

use actix_web::{
    HttpRequest, HttpResponse, post,
    web::{Data, Path},
};
use chrono::TimeDelta;
use relance_domain::ids::KeyId;
use relance_openapi::key::{CreatedApiKey, KeyRotation};
use relance_store::keys::{self, NewKey};

use super::{view, within};
use crate::{
    body::{Faults, Maybe},
    caller::{Caller, Scope},
    problem::Answer,
    query::{self, path_id},
    state::App,
    trail,
};

/// The old key goes on for a week at most.
const LONGEST_OVERLAP: i64 = 168;
const USUAL_OVERLAP: i64 = 24;

/// Makes a key that takes the place of another: the same scopes, networks and end. The old one goes on for a while, so
/// that nobody is locked out between; its `rotated_to` names the new one.
#[utoipa::path(
    tag = "api_keys",
    operation_id = "rotate_api_key",
    params(
        ("id" = String, Path, description = "Id of the key."),
        ("dry_run" = Option<bool>, Query, description = "Check only: 200 with the would-be key.")
    ),
    request_body = KeyRotation,
    responses(
        (status = 201, description = "The new key, with its text: shown here and never again.", body = CreatedApiKey),
        (status = 200, description = "A dry run: what would be made.", body = CreatedApiKey)
    )
)]
#[post("/v1/api_keys/{id}/rotate")]
pub async fn rotate_api_key(
    req: HttpRequest,
    app: Data<App>,
    caller: Caller,
    id: Path<String>,
    body: Maybe<KeyRotation>,
) -> Answer<HttpResponse> {
    caller.require(Scope::KeysManage)?;
    let dry_run = query::dry_run(&req)?;
    let id: KeyId = path_id(&id)?;
    let hours = body.0.overlap_hours.unwrap_or(USUAL_OVERLAP);
    let mut faults = Faults::default();
    if !(0..=LONGEST_OVERLAP).contains(&hours) {
        faults.invalid("/overlap_hours", "This must be 0 to 168 hours.");
    }
    faults.check()?;
    let tx = app.store.write(caller.tenant).await?;
    let old = keys::get(&tx, caller.tenant, id).await?;
    trail::before(&view(&old, caller.live));
    within(&caller, &NewKey { scopes: old.scopes, networks: old.networks, expires_at: old.expires_at })?;
    let until = app.store.now() + TimeDelta::hours(hours);
    let (_, made, text) = keys::rotate(&app.store, &tx, caller.tenant, caller.live, id, until).await?;
    let mut key = view(&made, caller.live);
    if dry_run {
        (key.id, key.created_at, key.prefix) = (None, None, format!("rlk_{}_", if caller.live { "live" } else { "test" }));
        return Ok(HttpResponse::Ok().json(CreatedApiKey { key, api_key: None }));
    }
    let answer = app.conclude(tx, false, HttpResponse::Created().json(CreatedApiKey { key, api_key: Some(text) })).await?;
    app.known_keys.forget(id);
    Ok(answer)
}
