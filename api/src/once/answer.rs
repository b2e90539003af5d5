//! Which answers are kept, and how they are given again.

use actix_web::{
    HttpResponse,
    body::{BoxBody, to_bytes},
    http::{
        StatusCode,
        header::{self, HeaderMap},
    },
};
use relance_openapi::problem::Code;
use relance_store::idempotency::KeptAnswer;

use crate::problem::{Answer, Refusal};

/// Headers that belong to the answer.
const KEPT: [header::HeaderName; 3] = [header::CONTENT_TYPE, header::ETAG, header::LOCATION];

/// The answer, and what is kept of it: success, and what the business says no to. A request that did not read, or
/// that was refused for a reason of the moment, may be sent again under the same key.
///
/// # Errors
/// When its body breaks off.
pub async fn kept_of(answer: HttpResponse) -> Answer<(HttpResponse, Option<KeptAnswer>)> {
    let (head, body) = answer.into_parts();
    let code = head.extensions().get::<Code>().copied();
    let bytes = to_bytes(body).await.map_err(|_| Refusal::new(Code::Internal, "The answer broke off."))?;
    let keep = worth(head.status(), code).then(|| std::str::from_utf8(&bytes).ok()).flatten().map(|body| KeptAnswer {
        status: head.status().as_u16(),
        headers: headers(head.headers()),
        body: body.to_owned(),
    });
    Ok((head.set_body(BoxBody::new(bytes)), keep))
}

fn headers(all: &HeaderMap) -> Vec<(String, String)> {
    let named = |name: &header::HeaderName| Some((name.to_string(), all.get(name)?.to_str().ok()?.to_owned()));
    KEPT.iter().filter_map(named).collect()
}

fn worth(status: StatusCode, code: Option<Code>) -> bool {
    status.is_success() || code.is_some_and(Code::is_business)
}

/// A kept answer, given again.
pub fn replay(answer: &KeptAnswer) -> HttpResponse {
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
    fn only_success_and_business_refusals_are_kept() {
        let kept = |status: u16, code| worth(StatusCode::from_u16(status).unwrap(), code);
        assert!(kept(201, None) && kept(409, Some(Code::WrongState)) && kept(422, Some(Code::PromiseTooLate)));
        for code in [Code::ValidationFailed, Code::UnknownField, Code::ClockAdvancing, Code::RateLimited, Code::Internal] {
            assert!(!kept(code.status(), Some(code)), "{code:?}");
        }
        assert!(!kept(500, None) && !kept(404, None));
    }
}
