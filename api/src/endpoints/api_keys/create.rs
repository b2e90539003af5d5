//! `POST /v1/api_keys`.

use actix_web::{HttpRequest, HttpResponse, post, web::Data};
use chrono::{DateTime, Utc};
use relance_openapi::{
    key::{ApiKeyView, CreatedApiKey, NewApiKey},
    time::at,
};
use relance_store::keys::{self, NewKey};

use super::{view, within};
use crate::{
    body::{Faults, Maybe},
    caller::{Caller, Scope, is_scope},
    network::network,
    problem::Answer,
    query,
    state::App,
};

/// Networks of a key at most.
const MOST_NETWORKS: usize = 50;

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
    let (record, text) = keys::create(&app.store, &tx, caller.tenant, caller.live, new).await?;
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
    let networks = networks(&mut faults, body.allowed_cidrs.as_deref(), caller);
    let expires_at = match body.expires_at.as_deref() {
        Some(text) => faults.at("/expires_at", text),
        None => caller.bounds.expires_at,
    };
    if expires_at.is_some_and(|until| until <= now) {
        faults.invalid("/expires_at", "This has passed already.");
    }
    faults.check()?;
    let new = NewKey { scopes, networks, expires_at };
    within(caller, &new)?;
    Ok(new)
}

fn networks(faults: &mut Faults, given: Option<&[String]>, caller: &Caller) -> Vec<String> {
    let Some(given) = given else { return caller.bounds.networks.iter().map(ToString::to_string).collect() };
    if given.len() > MOST_NETWORKS {
        faults.invalid("/allowed_cidrs", format!("At most {MOST_NETWORKS} networks."));
    }
    let mut list = Vec::with_capacity(given.len());
    for (at, text) in given.iter().enumerate() {
        match network(text) {
            Ok(network) => list.push(network.to_string()),
            Err(_) => faults.invalid(format!("/allowed_cidrs/{at}"), "This is no network, such as 203.0.113.0/24 or 2001:db8::/32."),
        }
    }
    list
}

fn would_be(new: NewKey, live: bool) -> CreatedApiKey {
    let prefix = format!("rlk_{}_", if live { "live" } else { "test" });
    let key = ApiKeyView {
        id: None,
        prefix,
        scopes: new.scopes,
        expires_at: new.expires_at.map(at),
        allowed_cidrs: new.networks,
        revoked_at: None,
        last_used_at: None,
        rotated_to: None,
        created_at: None,
    };
    CreatedApiKey { key, api_key: None }
}
