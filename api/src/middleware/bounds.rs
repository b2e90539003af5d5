//! Headers that the description limits are held to their limits before anything reads them.

use actix_web::{
    Error,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::Method,
    middleware::Next,
};
use relance_openapi::{limits::lengths, problem::Code};

use crate::problem::{Answer, Refusal};

/// The headers that callers choose.
const HEADERS: [&str; 3] = ["Idempotency-Key", "If-Match", "If-None-Match"];

/// Refuses a header that is too long, and an empty key.
///
/// # Errors
/// 422 with the header's name.
pub async fn bounds<B: MessageBody + 'static>(req: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<BoxBody>, Error> {
    check(&req)?;
    Ok(next.call(req).await?.map_into_boxed_body())
}

fn check(req: &ServiceRequest) -> Answer<()> {
    let keyed = matches!(*req.method(), Method::POST | Method::PATCH);
    for name in HEADERS.iter().filter(|name| keyed || **name != "Idempotency-Key") {
        let Some(value) = req.headers().get(*name) else { continue };
        let (least, most) = lengths("header", name);
        if value.len() > most || value.len() < least {
            let detail = format!("This header has {least} to {most} characters.");
            return Err(Refusal::field(Code::ValidationFailed, format!("header:{name}"), detail));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn a_header_is_held_to_its_declared_length() {
        let long = "\"1\",".repeat(300);
        let judged = |name, value: &str| check(&TestRequest::post().insert_header((name, value)).to_srv_request()).is_ok();
        assert!(judged("If-None-Match", "\"7\"") && !judged("If-None-Match", &long));
        assert!(judged("Idempotency-Key", "k1") && !judged("Idempotency-Key", "") && !judged("Idempotency-Key", &long));
    }
}
