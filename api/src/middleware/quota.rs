//! The quota of the caller's tenant: `RateLimit` on every answer, 429 when it is used up.

use actix_web::{
    Error, ResponseError,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    error::InternalError,
    http::header::{HeaderMap, HeaderName, HeaderValue},
    middleware::Next,
    web::Data,
};
use relance_openapi::problem::Code;

use crate::{
    caller,
    problem::Refusal,
    quota::{Left, WINDOW},
    state::App,
};

static RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
static RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// Counts a request against the quota of its tenant: see the module. Who has no valid key is refused elsewhere.
///
/// # Errors
/// The endpoint's.
pub async fn quota<B: MessageBody + 'static>(req: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<BoxBody>, Error> {
    let Some(left) = left(&req).await else { return Ok(next.call(req).await?.map_into_boxed_body()) };
    if !left.allowed {
        let mut answer = req.into_response(used_up(left).error_response());
        say(answer.headers_mut(), left);
        return Ok(answer);
    }
    match next.call(req).await {
        Ok(mut answer) => {
            say(answer.headers_mut(), left);
            Ok(answer.map_into_boxed_body())
        }
        Err(error) => {
            let mut answer = error.error_response();
            say(answer.headers_mut(), left);
            Err(InternalError::from_response(error, answer).into())
        }
    }
}

async fn left(req: &ServiceRequest) -> Option<Left> {
    let app = req.app_data::<Data<App>>()?.clone();
    caller::bearer(req.request())?;
    let caller = caller::identify(req.request()).await.ok()?;
    app.quotas.count(caller.tenant, app.store.now())
}

fn used_up(left: Left) -> Refusal {
    let detail = format!("The quota of {} requests in {WINDOW} s is used up; a new one begins in {} s.", left.quota, left.reset);
    Refusal::new(Code::RateLimited, detail).retry_after(left.reset).with("violated_policies", vec!["default"])
}

fn say(headers: &mut HeaderMap, left: Left) {
    let lines = [
        (&RATE_LIMIT_POLICY, format!("\"default\";q={};w={WINDOW}", left.quota)),
        (&RATE_LIMIT, format!("\"default\";r={};t={}", left.remaining, left.reset)),
    ];
    for (name, text) in lines {
        if let Ok(value) = HeaderValue::from_str(&text) {
            headers.insert(name.clone(), value);
        }
    }
}
