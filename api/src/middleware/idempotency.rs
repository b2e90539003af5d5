//! `Idempotency-Key` on POST and PATCH: the first request runs, the next ones get its answer.

use std::sync::Arc;

use actix_web::{
    Error, HttpMessage, HttpResponse, ResponseError,
    body::{BoxBody, MessageBody},
    dev::{Payload, ServiceRequest, ServiceResponse},
    http::Method,
    middleware::Next,
    rt,
    web::Data,
};
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use relance_openapi::problem::Code;
use relance_store::{
    StoreError,
    cause::REQUEST_ID,
    idempotency::{self as kept, KeptAnswer, Request},
};
use sha2::{Digest, Sha256};

use crate::{
    body,
    caller::{self, current_request_id},
    once::{KEYED, Keyed, kept_of},
    problem::{Answer, Refusal},
    state::App,
};

/// Largest body of a request with a key: it has to be held to be compared.
const LIMIT: usize = 64 * 1024 * 1024;

/// Lets a request with a key take effect once: see the module.
///
/// # Errors
/// A problem when the key is unusable, used otherwise or in use.
pub async fn idempotency<B: MessageBody + 'static>(mut req: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<BoxBody>, Error> {
    let Some((app, keyed)) = keyed(&mut req).await? else {
        return Ok(next.call(req).await?.map_into_boxed_body());
    };
    let Some(turn) = app.running.begin(keyed.tenant, &keyed.request) else {
        let detail = "The first request with this key is still running; ask again in a moment.";
        return Err(Refusal::new(Code::IdempotencyInProgress, detail).into());
    };
    if let Some(answer) = app.answered(&keyed).await? {
        return Ok(req.into_response(answer));
    }
    // in a task of its own: it ends and its answer is kept even when the caller hangs up, which is when he asks again
    let work = rt::spawn(REQUEST_ID.scope(current_request_id().into(), async move {
        let _turn = turn;
        KEYED.scope(keyed.clone(), run(req, next, &app, &keyed)).await
    }));
    work.await.unwrap_or_else(|error| {
        tracing::error!(error = %error, "a request panicked");
        Err(Refusal::new(Code::Internal, "Something failed on our side; the request id says where to look.").into())
    })
}

/// The request's key, if it has one and a caller; a dry run stores nothing.
async fn keyed(req: &mut ServiceRequest) -> Answer<Option<(Data<App>, Arc<Keyed>)>> {
    let writes = matches!(*req.method(), Method::POST | Method::PATCH);
    let Some(key) = req.headers().get("idempotency-key").filter(|_| writes).cloned() else { return Ok(None) };
    let (Some(app), Ok(caller)) = (req.app_data::<Data<App>>().cloned(), caller::identify(req.request()).await) else { return Ok(None) };
    if req.query_string().split('&').any(|pair| pair == "dry_run=true") {
        return Ok(None);
    }
    let key = readable(key.to_str().unwrap_or_default())?;
    let payload = req.take_payload();
    let bytes = body::gather(payload, LIMIT).await?.freeze();
    let fingerprint = Sha256::new().chain_update(req.query_string()).chain_update(b"\n").chain_update(&bytes).finalize();
    req.set_payload(Payload::from(bytes));
    let request =
        Request { key, method: req.method().to_string(), path: req.path().to_owned(), fingerprint: STANDARD_NO_PAD.encode(fingerprint) };
    Ok(Some((app, Keyed::new(caller.tenant, request))))
}

/// `abc` and `"abc"` are the same key.
fn readable(header: &str) -> Answer<String> {
    let text = header.trim();
    let bare = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text);
    if bare.is_empty() || bare.len() > 255 || !bare.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') {
        let detail = "The key must have 1 to 255 visible ASCII characters.";
        return Err(Refusal::field(Code::ValidationFailed, "header:Idempotency-Key", detail));
    }
    Ok(bare.to_owned())
}

/// Runs the request. What changes something keeps its answer itself, with the change; the others (a refusal, facts
/// that are taken once by nature) are kept here.
async fn run<B: MessageBody + 'static>(
    req: ServiceRequest,
    next: Next<B>,
    app: &App,
    keyed: &Keyed,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let (http, response) = next.call(req).await?.map_into_boxed_body().into_parts();
    if keyed.is_settled() {
        return Ok(ServiceResponse::new(http, response));
    }
    let (response, keep) = kept_of(response).await?;
    let response = match keep {
        Some(keep) => match keep_late(app, keyed, &keep).await {
            Ok(None) => response,
            Ok(Some(earlier)) => earlier,
            Err(error) => error.error_response(),
        },
        None => response,
    };
    Ok(ServiceResponse::new(http, response))
}

/// Keeps the answer in a transaction of its own; gives the one that was there first, if there was one.
async fn keep_late(app: &App, keyed: &Keyed, keep: &KeptAnswer) -> Answer<Option<HttpResponse>> {
    let tx = app.store.write(keyed.tenant).await?;
    if kept::keep(&app.store, &tx, keyed.tenant, &keyed.request, keep).await? {
        tx.commit().await.map_err(StoreError::from)?;
        return Ok(None);
    }
    tx.rollback().await.map_err(StoreError::from)?;
    app.answered(keyed).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_the_same_bare_or_quoted() {
        assert_eq!(readable("\"abc-1\"").unwrap(), readable(" abc-1 ").unwrap());
        for text in ["", "\"\"", "é"] {
            assert!(readable(text).is_err());
        }
    }
}
