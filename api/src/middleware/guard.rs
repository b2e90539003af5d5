//! Who calls, and may he? Asked before anything of the request's body is read.

use std::sync::Arc;

use actix_web::{
    Error, HttpMessage, ResponseError,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::StatusCode,
    middleware::Next,
    web::Data,
};
use relance_openapi::problem::Code;
use relance_store::{Scope as StoreScope, StoreError, keys, tenants};

use crate::{
    caller::{self, Actor, Bounds, Caller, bearer, unauthorized},
    network::Client,
    operations::{Need, Operation},
    problem::{Answer, Refusal},
    state::App,
};

/// Lets a request in whose key is in force and comes from where it may, and says to the others who calls.
///
/// # Errors
/// None that is not an answer ready to go.
pub async fn guard<B: MessageBody + 'static>(req: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<BoxBody>, Error> {
    let ours = req.path() == "/v1" || req.path().starts_with("/v1/");
    let Some(app) = req.app_data::<Data<App>>().filter(|_| ours).cloned() else {
        return Ok(next.call(req).await?.map_into_boxed_body());
    };
    let client = app.proxies.client(req.peer_addr().map(|peer| peer.ip()), req.headers());
    if client.plain_http {
        // the same for a good key and a bad one: nobody learns of a key by sending it in clear
        let detail = "Speak HTTPS. Replace a key that was sent in clear.";
        return Err(Refusal::new(Code::InsecureTransport, detail).into());
    }
    req.extensions_mut().insert(client);
    let pattern = req.match_pattern().unwrap_or_default();
    let Some(operation) = Operation::find(req.method().as_str(), &pattern) else {
        return Ok(next.call(req).await?.map_into_boxed_body()); // no operation of ours: 404 or 405
    };
    req.extensions_mut().insert(operation);
    let answer = match admit(&req, &app, client, operation.need).await {
        Ok(()) => next.call(req).await?.map_into_boxed_body(),
        Err(refusal) => {
            let answer = refusal.error_response();
            req.into_response(answer)
        }
    };
    Ok(slowed(answer, &app, client, operation.need))
}

/// Puts the caller where [`Caller`] finds him.
async fn admit(req: &ServiceRequest, app: &App, client: Client, need: Need) -> Answer<()> {
    if matches!(need, Need::Operator | Need::Signature) {
        return Ok(()); // its endpoints know the key
    }
    let caller = look_up(req, app).await?.filter(|caller| caller.may_come_from(client.address)).ok_or_else(unauthorized)?;
    app.known_keys.used(&caller, app.store.now());
    req.extensions_mut().insert(caller);
    Ok(())
}

/// Refuses a caller without the scope of the operation; behind the quota, which counts him, and before anything that
/// acts or repeats an answer.
///
/// # Errors
/// 403 `forbidden_scope`.
pub async fn permit<B: MessageBody + 'static>(req: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<BoxBody>, Error> {
    let need = req.extensions().get::<&'static Operation>().map(|operation| operation.need);
    if let Some(Need::Scope(scope)) = need {
        caller::known(req.request()).ok_or_else(unauthorized)?.require(scope)?;
    }
    Ok(next.call(req).await?.map_into_boxed_body())
}

async fn look_up(req: &ServiceRequest, app: &App) -> Answer<Option<Caller>> {
    let Some(text) = bearer(req.request()) else { return Ok(None) };
    let now = app.store.now();
    if let Some(caller) = app.known_keys.find(text, now) {
        return Ok(Some(caller));
    }
    if !keys::is_shaped(text) {
        return of_token(text, app).await;
    }
    let tx = app.store.read(StoreScope::System).await?;
    let Some((key, live)) = keys::find(&app.store, &tx, text).await? else { return Ok(None) };
    let caller = Caller::of_key(&key, live);
    app.known_keys.remember(text, caller.clone(), now, key.expires_at);
    Ok(Some(caller))
}

/// A token of an identity provider; its tenant says whether it is live.
async fn of_token(text: &str, app: &App) -> Answer<Option<Caller>> {
    let Some(tokens) = &app.tokens else { return Ok(None) };
    let now = app.store.now();
    let Some(believed) = tokens.believe(text, now).await else { return Ok(None) };
    let tx = app.store.read(believed.tenant).await?;
    let live = match tenants::get(&tx, believed.tenant).await {
        Ok(tenant) => tenant.live,
        Err(StoreError::NotFound) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let expires_at = Some(believed.expires_at);
    let caller = Caller {
        key_id: believed.id,
        actor: Actor::Token(believed.subject.into()),
        tenant: believed.tenant,
        live,
        scopes: believed.scopes.into(),
        bounds: Arc::new(Bounds { networks: Vec::new(), expires_at }),
    };
    app.known_keys.remember(text, caller.clone(), now, expires_at);
    Ok(Some(caller))
}

/// A wrong key is answered 401, and what could have been one 429 when too many came from that address; a good one is not held up by others.
fn slowed(answer: ServiceResponse<BoxBody>, app: &App, client: Client, need: Need) -> ServiceResponse<BoxBody> {
    let could_be = |text: &str| text.starts_with("rlk_") || text.matches('.').count() == 2 || need == Need::Operator;
    let guess = answer.status() == StatusCode::UNAUTHORIZED && bearer(answer.request()).is_some_and(could_be);
    let Some(wait) = guess.then(|| app.guesses.failed(client.address, app.store.now())).flatten() else { return answer };
    let refusal = Refusal::new(Code::RateLimited, format!("Too many wrong keys from this address. Wait {wait} seconds."));
    answer.into_response(refusal.retry_after(wait).error_response())
}
