//! `Idempotency-Key` on POST and PATCH: the first request runs, the next ones get its answer.

use actix_web::{
    Error, HttpMessage, HttpResponse,
    body::{BoxBody, MessageBody, to_bytes},
    dev::{Payload, ServiceRequest, ServiceResponse},
    http::{Method, StatusCode, header},
    middleware::Next,
    rt,
    web::{Bytes, Data},
};
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use relance_domain::ids::TenantId;
use relance_openapi::problem::Code;
use relance_store::{
    StoreError,
    idempotency::{self as kept, Claim, KeptAnswer, Request},
};
use sha2::{Digest, Sha256};

use crate::{
    body,
    caller::{self, REQUEST_ID, current_request_id},
    problem::{Answer, Refusal},
    state::App,
};

/// Largest body of a request with a key: it has to be held to be compared.
const LIMIT: usize = 64 * 1024 * 1024;
/// Headers that belong to the answer.
const KEPT: [header::HeaderName; 3] = [header::CONTENT_TYPE, header::ETAG, header::LOCATION];
/// Refusals of the moment: the same request may succeed later.
const PASSING: [Code; 4] = [Code::ClockAdvancing, Code::IdempotencyInProgress, Code::RateLimited, Code::Overloaded];

/// Lets a request with a key run once: see the module.
///
/// # Errors
/// A problem when the key is unusable, used otherwise or in use.
pub async fn idempotency<B: MessageBody + 'static>(mut req: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<BoxBody>, Error> {
    let Some((app, tenant, request)) = keyed(&mut req).await? else {
        return Ok(next.call(req).await?.map_into_boxed_body());
    };
    let tx = app.store.write(tenant).await.map_err(Refusal::from)?;
    let claim = kept::claim(&tx, tenant, &request, app.store.now()).await.map_err(Refusal::from)?;
    tx.commit().await.map_err(|error| Refusal::from(StoreError::from(error)))?;
    match claim {
        Claim::Run => run(req, next, app, tenant, request).await,
        Claim::Answered(answer) => Ok(req.into_response(replay(&answer))),
        Claim::Running => {
            Err(Refusal::new(Code::IdempotencyInProgress, "The first request with this key is still running; ask again in a moment.")
                .into())
        }
        Claim::Reused => Err(Refusal::field(
            Code::IdempotencyKeyReused,
            "header:Idempotency-Key",
            "This key was used with another body. Use a new key for a new request.",
        )
        .into()),
    }
}

/// The request's key, if it has one and a caller; a dry run stores nothing.
async fn keyed(req: &mut ServiceRequest) -> Answer<Option<(Data<App>, TenantId, Request)>> {
    let writes = matches!(*req.method(), Method::POST | Method::PATCH);
    let Some(key) = req.headers().get("idempotency-key").filter(|_| writes).cloned() else { return Ok(None) };
    let (Some(app), Ok(caller)) = (req.app_data::<Data<App>>().cloned(), caller::identify(req.request()).await) else { return Ok(None) };
    if req.query_string().split('&').any(|pair| pair == "dry_run=true") {
        return Ok(None);
    }
    let key = readable(key.to_str().unwrap_or_default())?;
    let payload = req.take_payload();
    let bytes = collect_raw(payload).await?;
    let fingerprint = Sha256::new().chain_update(req.query_string()).chain_update(b"\n").chain_update(&bytes).finalize();
    req.set_payload(Payload::from(bytes));
    let request =
        Request { key, method: req.method().to_string(), path: req.path().to_owned(), fingerprint: STANDARD_NO_PAD.encode(fingerprint) };
    Ok(Some((app, caller.tenant, request)))
}

async fn collect_raw(payload: Payload) -> Answer<Bytes> {
    body::gather(payload, LIMIT).await.map(actix_web::web::BytesMut::freeze)
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

/// Runs the request in a task of its own, so that it ends and its answer is kept even when the
/// caller hangs up, which is when he will ask again.
async fn run<B: MessageBody + 'static>(
    req: ServiceRequest,
    next: Next<B>,
    app: Data<App>,
    tenant: TenantId,
    request: Request,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let id = current_request_id();
    let (again, key) = (app.clone(), request.clone());
    let work = rt::spawn(REQUEST_ID.scope(id, async move {
        let answer = match next.call(req).await {
            Ok(answer) => answer.map_into_boxed_body(),
            Err(error) => {
                settle(&app, tenant, &request, None).await;
                return Err(error);
            }
        };
        let (http, response) = answer.into_parts();
        let (response, body) = response.into_parts();
        let bytes = to_bytes(body).await.map_err(|_| Refusal::new(Code::Internal, "The answer broke off."))?;
        let answer = keep(response.status(), response.headers(), &bytes);
        settle(&app, tenant, &request, answer).await;
        Ok(ServiceResponse::new(http, response.set_body(BoxBody::new(bytes))))
    }));
    match work.await {
        Ok(answer) => answer,
        Err(error) => {
            settle(&again, tenant, &key, None).await; // it panicked: nothing was committed
            tracing::error!(error = %error, "a request panicked");
            Err(Refusal::new(Code::Internal, "Something failed on our side; the request id says where to look.").into())
        }
    }
}

/// What is kept of an answer: success, and what the business says no to.
fn keep(status: StatusCode, headers: &header::HeaderMap, bytes: &Bytes) -> Option<KeptAnswer> {
    let body = std::str::from_utf8(bytes).ok()?;
    let business = matches!(status.as_u16(), 404 | 409 | 412 | 422)
        && !PASSING.iter().any(|code| body.contains(&format!("\"code\":\"{}\"", code.as_str())));
    let named = |name: &header::HeaderName| Some((name.to_string(), headers.get(name)?.to_str().ok()?.to_owned()));
    (status.is_success() || business).then(|| KeptAnswer {
        status: status.as_u16(),
        headers: KEPT.iter().filter_map(named).collect(),
        body: body.to_owned(),
    })
}

/// Keeps the answer, or gives the key back. When the database fails here, the key frees itself by age.
async fn settle(app: &App, tenant: TenantId, request: &Request, answer: Option<KeptAnswer>) {
    let done = async {
        let tx = app.store.write(tenant).await?;
        match &answer {
            Some(answer) => kept::finish(&tx, tenant, request, answer).await?,
            None => kept::release(&tx, tenant, request).await?,
        }
        tx.commit().await.map_err(StoreError::from)
    };
    if let Err(error) = done.await {
        tracing::error!(error = %error, "an idempotency key could not be settled");
    }
}

fn replay(answer: &KeptAnswer) -> HttpResponse {
    let mut response = HttpResponse::build(StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK));
    for (name, value) in &answer.headers {
        response.insert_header((name.as_str(), value.as_str()));
    }
    response.insert_header(("idempotent-replayed", "true")).body(answer.body.clone())
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

    #[test]
    fn only_success_and_business_refusals_are_kept() {
        let kept = |status: u16, body: &'static str| {
            keep(StatusCode::from_u16(status).unwrap(), &header::HeaderMap::new(), &Bytes::from_static(body.as_bytes())).is_some()
        };
        assert!(kept(201, "{}") && kept(422, "{}") && kept(409, "{\"code\":\"wrong_state\"}"));
        assert!(!kept(500, "{}") && !kept(401, "{}") && !kept(400, "{}") && !kept(409, "{\"code\":\"clock_advancing\"}"));
    }
}
