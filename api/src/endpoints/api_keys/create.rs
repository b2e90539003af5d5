//! `POST /v1/api_keys`.

use actix_web::{HttpRequest, HttpResponse, post, web::Data};
use chrono::{DateTime, Utc};
use relance_openapi::{
    key::{ApiKeyView, CreatedApiKey, NewApiKey},
    problem::Code,
    time::at,
};
use relance_store::keys::{self, NewKey};

use super::view;
use crate::{
    body::{Faults, Maybe},
    caller::{Caller, Scope, is_scope},
    problem::{Answer, Refusal},
    query,
    state::App,
};

/// Makes a key; its text is shown here and never again. A key cannot give what it lacks.
#[utoipa::path(
    tag = "api_keys",
    operation_id = "create_api_key",
    params(("dry_run" = Option<bool>, Query, description = "Check only: 200 with the would-be key.")),
    request_body = NewApiKey,
    responses(
        (status = 201, description = "Made.", body = CreatedApiKey),
        (status = 200, description = "A dry run: what would be made.", body = CreatedApiKey)
    )
)]
#[post("/v1/api_keys")]
pub async fn create_api_key(req: HttpRequest, app: Data<App>, caller: Caller, body: Maybe<NewApiKey>) -> Answer<HttpResponse> {
    caller.require(Scope::KeysManage)?;
    let dry_run = query::dry_run(&req)?;
    let new = read(&body.0, &caller, app.store.now())?;
    if dry_run {
        return Ok(HttpResponse::Ok().json(would_be(new, caller.live)));
    }
    let tx = app.store.write(caller.tenant).await?;
    let (record, text) = keys::create(&tx, caller.tenant, caller.live, new, app.store.now()).await?;
    app.conclude(tx, false, HttpResponse::Created().json(CreatedApiKey { key: view(&record, caller.live), api_key: Some(text) })).await
}

fn read(body: &NewApiKey, caller: &Caller, now: DateTime<Utc>) -> Answer<NewKey> {
    let mut faults = Faults::default();
    let scopes = body.scopes.clone().unwrap_or_else(|| caller.scopes.to_vec());
    for (at, scope) in scopes.iter().enumerate().filter(|(_, scope)| !is_scope(scope)) {
        faults.invalid(format!("/scopes/{at}"), format!("There is no scope {scope}."));
    }
    if scopes.is_empty() {
        faults.invalid("/scopes", "A key needs at least one scope.");
    }
    let expires_at = body.expires_at.as_deref().and_then(|text| faults.at("/expires_at", text));
    if expires_at.is_some_and(|until| until <= now) {
        faults.invalid("/expires_at", "This has passed already.");
    }
    faults.check()?;
    match scopes.iter().find(|scope| !caller.may(scope)) {
        Some(lacking) => Err(Refusal::new(Code::ForbiddenScope, format!("A key cannot give the scope {lacking}, which it lacks."))),
        None => Ok(NewKey { scopes, expires_at }),
    }
}

fn would_be(new: NewKey, live: bool) -> CreatedApiKey {
    let prefix = format!("rlk_{}_", if live { "live" } else { "test" });
    let key = ApiKeyView { id: None, prefix, scopes: new.scopes, expires_at: new.expires_at.map(at), revoked_at: None, created_at: None };
    CreatedApiKey { key, api_key: None }
}
