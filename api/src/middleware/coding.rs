//! Content codings: small answers go as they are, and a tag says which coding it is of.
//!
//! A strong `ETag` must differ between codings (RFC 9110 §8.8.3): `"7"` compressed is `"7-gzip"`.

use actix_web::{
    Error, HttpResponse,
    body::{BodySize, BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method, StatusCode,
        header::{self, HeaderMap, HeaderValue},
    },
    middleware::Next,
};

use crate::etag::same_version;

/// Smaller bodies, in bytes, are not compressed.
const WORTH: u64 = 1_024;

/// Inside the compression: says which answers are too small for it.
///
/// # Errors
/// The endpoint's.
pub async fn spare_small<B: MessageBody + 'static>(req: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, Error> {
    let mut answer = next.call(req).await?;
    if matches!(answer.response().body().size(), BodySize::None | BodySize::Sized(0..WORTH)) {
        answer.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("identity"));
    }
    Ok(answer)
}

/// Outside the compression: the tag of the coding, and 304 to who has it already.
pub fn after(method: &Method, asked: Option<&HeaderValue>, response: HttpResponse) -> HttpResponse {
    let mut response = response;
    let coding = response.headers().get(header::CONTENT_ENCODING).and_then(|value| value.to_str().ok()).map(str::to_owned);
    match coding.as_deref() {
        Some("identity") => {
            response.headers_mut().remove(header::CONTENT_ENCODING);
        }
        Some(coding) => tag(response.headers_mut(), coding),
        None => {}
    }
    let reads = matches!(*method, Method::GET | Method::HEAD) && response.status() == StatusCode::OK;
    if reads && asked.is_some_and(|asked| knows(asked, response.headers())) { not_modified(&response) } else { response }
}

fn tag(headers: &mut HeaderMap, coding: &str) {
    let bare = headers.get(header::ETAG).and_then(|value| value.to_str().ok()).and_then(|text| text.strip_suffix('"'));
    if let Some(value) = bare.and_then(|bare| HeaderValue::from_str(&format!("{bare}-{coding}\"")).ok()) {
        headers.insert(header::ETAG, value);
    }
}

/// Is the tag among those the caller has? Compared weakly, as RFC 9110 §13.1.2 says for `If-None-Match`.
fn knows(asked: &HeaderValue, headers: &HeaderMap) -> bool {
    let Some(ours) = headers.get(header::ETAG).and_then(|value| value.to_str().ok()) else { return false };
    asked.to_str().is_ok_and(|list| list.trim() == "*" || list.split(',').any(|theirs| same_version(theirs, ours)))
}

fn not_modified(response: &HttpResponse) -> HttpResponse<BoxBody> {
    let mut answer = HttpResponse::NotModified().finish();
    for (name, value) in response.headers().iter().filter(|(name, _)| **name != header::CONTENT_TYPE && **name != header::CONTENT_ENCODING)
    {
        answer.headers_mut().append(name.clone(), value.clone());
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(coding: Option<&'static str>) -> HttpResponse {
        let mut response = HttpResponse::Ok().insert_header((header::ETAG, "\"7\"")).body("{}");
        if let Some(coding) = coding {
            response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
        }
        response
    }

    #[test]
    fn a_tag_is_of_its_coding_and_matches_in_any() {
        let asked = |text: &'static str| Some(HeaderValue::from_static(text));
        let said = |coding, text: Option<HeaderValue>| {
            let response = after(&Method::GET, text.as_ref(), answer(coding));
            (response.status().as_u16(), response.headers().get(header::ETAG).unwrap().to_str().unwrap().to_owned())
        };
        assert_eq!(said(Some("gzip"), None), (200, "\"7-gzip\"".to_owned()));
        assert_eq!(said(Some("identity"), None), (200, "\"7\"".to_owned()));
        assert_eq!(said(None, asked("\"6\", W/\"7-gzip\"")).0, 304);
        assert_eq!(said(Some("gzip"), asked("\"7\"")).0, 304);
        assert_eq!(said(None, asked("\"8\"")).0, 200);
        assert_eq!(said(None, asked("*")).0, 304);
    }
}
