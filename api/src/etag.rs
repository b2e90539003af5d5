//! `ETag` and `If-Match`: nobody overwrites what he has not read.

use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, http::header};
use relance_openapi::problem::Code;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::problem::{Answer, Refusal};

/// The header pair for a resource at this version.
pub fn etag(version: i64) -> (header::HeaderName, String) {
    (header::ETAG, format!("\"{version}\""))
}

/// 200 with the resource and its tag.
pub fn tagged<T: Serialize>(version: i64, view: &T) -> HttpResponse {
    json(HttpResponse::Ok().insert_header(etag(version)), view, 1)
}

/// 200 with a resource that keeps no version: its tag is made of what it says.
pub fn tagged_by_content<T: Serialize>(view: &T) -> HttpResponse {
    let digest = Sha256::digest(serde_json::to_vec(view).unwrap_or_default());
    let version = digest.iter().take(7).fold(0_i64, |number, byte| (number << 8) | i64::from(*byte));
    tagged(version, view)
}

/// What one thing takes on the wire, roughly.
const USUAL: usize = 1_200;

/// Ends an answer with `things` written as JSON, into a buffer that need not grow.
pub fn json<T: Serialize>(answer: &mut HttpResponseBuilder, view: &T, things: usize) -> HttpResponse {
    let mut body = Vec::with_capacity(USUAL * (things + 1));
    match serde_json::to_writer(&mut body, view) {
        Ok(()) => answer.content_type(header::ContentType::json()).body(body),
        Err(error) => HttpResponse::from_error(error),
    }
}

/// The version the caller has read: `If-Match: "7"`, also weakened by a proxy (`W/"7"`).
/// `*` is whatever is there: `None`, as when the header is absent.
///
/// # Errors
/// 412 when it is no tag of ours.
pub fn if_match(req: &HttpRequest) -> Answer<Option<i64>> {
    let Some(value) = req.headers().get(header::IF_MATCH) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    version(text).parse().map(Some).map_err(|_| stale())
}

/// The version that a tag names: without quotes, weakness, and the coding it was sent in.
fn version(tag: &str) -> &str {
    let tag = tag.trim();
    let bare = tag.strip_prefix("W/").unwrap_or(tag);
    let bare = bare.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(bare);
    ["-gzip", "-br", "-zstd", "-deflate"].iter().find_map(|end| bare.strip_suffix(end)).unwrap_or(bare)
}

/// Do two tags name the same version, whatever the coding?
pub fn same_version(one: &str, other: &str) -> bool {
    version(one) == version(other)
}

/// The version in `If-Match`, which must be there.
///
/// # Errors
/// 428 without it, 412 when it is no tag of ours.
pub fn stated(req: &HttpRequest) -> Answer<Option<i64>> {
    if !req.headers().contains_key(header::IF_MATCH) {
        return Err(Refusal::new(Code::PreconditionRequired, "Send If-Match with the ETag of what you read."));
    }
    if_match(req)
}

/// `If-Match` must be there and name the current version.
///
/// # Errors
/// 428 without it, 412 when stale.
pub fn require_match(req: &HttpRequest, current: i64) -> Answer<()> {
    if stated(req)?.is_none_or(|version| version == current) { Ok(()) } else { Err(stale()) }
}

/// `If-Match`, when it is there, must name the current version.
///
/// # Errors
/// 412 when stale.
pub fn check_match(req: &HttpRequest, current: i64) -> Answer<()> {
    if if_match(req)?.is_none_or(|version| version == current) { Ok(()) } else { Err(stale()) }
}

fn stale() -> Refusal {
    Refusal::new(Code::PreconditionFailed, "It changed since it was read: read it again.")
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn a_tag_matches_quoted_bare_or_weakened() {
        for (text, fits) in [
            ("\"7\"", true),
            ("W/\"7\"", true),
            ("7", true),
            ("\"7-gzip\"", true),
            ("W/\"7-br\"", true),
            ("*", true),
            ("\"8\"", false),
            ("\"x\"", false),
        ] {
            let req = TestRequest::default().insert_header((header::IF_MATCH, text)).to_http_request();
            assert_eq!(require_match(&req, 7).is_ok(), fits, "{text}");
        }
        let refusal = require_match(&TestRequest::default().to_http_request(), 7).unwrap_err();
        assert_eq!(refusal.code, Code::PreconditionRequired);
    }
}
