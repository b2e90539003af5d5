//! The outermost layer: request id, panics, security headers, and no error that is not a problem.

use std::{
    hash::{BuildHasher, Hasher, RandomState},
    panic::AssertUnwindSafe,
    sync::Arc,
    time::Instant,
};

use actix_web::{
    Error, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    error::InternalError,
    http::{
        StatusCode,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
    middleware::Next,
};
use futures::FutureExt;
use relance_openapi::problem::Code;
use relance_store::cause::REQUEST_ID;
use uuid::{Builder, Uuid};

use super::coding;
use crate::problem::Refusal;

const PROBLEM: &str = "application/problem+json";
static X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Frames a request: see the module.
///
/// # Errors
/// None that is not an answer ready to go.
pub async fn frame<B: MessageBody + 'static>(req: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<BoxBody>, Error> {
    let begun = Instant::now();
    let id = request_id(req.headers());
    let cause: Arc<str> = id.as_str().into();
    let (method, known) = (req.method().clone(), req.headers().get(header::IF_NONE_MATCH).cloned());
    let trace = trace_id(req.headers());
    let run = REQUEST_ID.scope(Arc::clone(&cause), AssertUnwindSafe(next.call(req)).catch_unwind());
    let answer = match run.await {
        Ok(Ok(answer)) => Ok(answer.map_into_boxed_body()),
        Ok(Err(error)) => Err(REQUEST_ID.sync_scope(cause, || error.error_response())),
        Err(_) => {
            tracing::error!(request_id = %id, "a request panicked");
            Err(HttpResponse::new(StatusCode::INTERNAL_SERVER_ERROR))
        }
    };
    match answer {
        Ok(answer) => {
            let route = answer.request().match_pattern().unwrap_or_else(|| "none".to_owned());
            measure(method.as_str(), &route, answer.status(), begun, (&id, trace.as_deref()));
            let (req, response) = answer.into_parts();
            Ok(ServiceResponse::new(req, finish(coding::after(&method, known.as_ref(), response), &id)))
        }
        Err(response) => {
            measure(method.as_str(), "none", response.status(), begun, (&id, trace.as_deref()));
            Err(InternalError::from_response("refused", finish(response, &id)).into())
        }
    }
}

/// The caller's id if it is one we may print, else one of ours.
fn request_id(headers: &HeaderMap) -> String {
    let printable = |id: &&str| {
        (1..=128).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'))
    };
    let given = headers.get(&X_REQUEST_ID).and_then(|value| value.to_str().ok()).filter(printable);
    given.map_or_else(|| format!("req_{}", fresh().simple()), str::to_owned)
}

/// The trace that the caller's `traceparent` names (W3C Trace Context §3.2), for the logs.
fn trace_id(headers: &HeaderMap) -> Option<String> {
    let mut parts = headers.get("traceparent")?.to_str().ok()?.split('-');
    let (_version, trace) = (parts.next()?, parts.next()?);
    (trace.len() == 32 && trace.bytes().all(|byte| byte.is_ascii_hexdigit())).then(|| trace.to_owned())
}

/// Never the same twice. The hasher's keys are random in every thread and step with every call, which spares a
/// system call a request.
fn fresh() -> Uuid {
    let mut random = [0; 16];
    for half in random.chunks_mut(8) {
        half.copy_from_slice(&RandomState::new().build_hasher().finish().to_le_bytes());
    }
    Builder::from_random_bytes(random).into_uuid()
}

/// Makes a problem of every error that is none yet, and adds the headers every answer has.
fn finish(response: HttpResponse, id: &str) -> HttpResponse {
    let status = response.status();
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut response =
        if (status.is_client_error() || status.is_server_error()) && kind != PROBLEM { problem(&response, id) } else { response };
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(id) {
        headers.insert(X_REQUEST_ID.clone(), value);
    }
    let mut add = |name: HeaderName, value: &'static str| {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    };
    add(header::CACHE_CONTROL, "no-store");
    add(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    add(header::X_FRAME_OPTIONS, "DENY");
    add(header::REFERRER_POLICY, "no-referrer");
    if status == StatusCode::UNAUTHORIZED {
        add(header::WWW_AUTHENTICATE, "Bearer");
    }
    if status == StatusCode::SERVICE_UNAVAILABLE {
        add(header::RETRY_AFTER, "1");
    }
    response
}

fn problem(response: &HttpResponse, id: &str) -> HttpResponse {
    let (code, detail) = match response.status().as_u16() {
        401 => (Code::Unauthorized, "Send a valid key."),
        404 => (Code::NotFound, "There is nothing at this path."),
        408 => (Code::RequestTimeout, "The request came too slowly."),
        405 => (Code::MethodNotAllowed, "This path has no such method."),
        413 => (Code::TooLarge, "The body is too large."),
        415 => (Code::UnsupportedMediaType, "This media type is not read here."),
        400 => (Code::MalformedJson, "The request does not read."),
        429 => (Code::RateLimited, "Too many requests."),
        503 => (Code::Overloaded, "Try again in a moment."),
        status if status < 500 => (Code::ValidationFailed, "The request does not fit."),
        _ => (Code::Internal, "Something failed on our side; the request id says where to look."),
    };
    let body = serde_json::to_string(&Refusal::new(code, detail).body(id)).unwrap_or_default();
    let status = StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut answer = HttpResponse::build(status).content_type(PROBLEM).body(body);
    for name in [header::ALLOW, header::RETRY_AFTER] {
        if let Some(value) = response.headers().get(&name) {
            answer.headers_mut().insert(name, value.clone());
        }
    }
    answer
}

/// Counts and times by route pattern, never by path: a path has ids.
fn measure(method: &str, route: &str, status: StatusCode, begun: Instant, (id, trace): (&str, Option<&str>)) {
    let (elapsed, status) = (begun.elapsed(), status.as_u16());
    let labels = [("method", method.to_owned()), ("route", route.to_owned()), ("status", status.to_string())];
    metrics::counter!("relance_http_requests_total", &labels).increment(1);
    metrics::histogram!("relance_http_request_seconds", "route" => route.to_owned()).record(elapsed.as_secs_f64());
    if status >= 500 {
        tracing::error!(request_id = %id, trace_id = trace, method, route, status, "request failed");
    } else {
        let ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
        tracing::debug!(request_id = %id, trace_id = trace, method, route, status, ms, "request");
    }
}
