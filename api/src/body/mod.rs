//! Request bodies: JSON, strict, every fault at once with its JSON pointer.

mod faults;
mod limits;
mod strict;
mod wording;

use std::time::Duration;

use actix_web::{
    FromRequest, HttpMessage, HttpRequest,
    dev::{Decompress, Payload},
    error::PayloadError,
    web::{Bytes, BytesMut},
};
use futures::{Stream, StreamExt, future::LocalBoxFuture};
use relance_openapi::problem::Code;
use serde::de::DeserializeOwned;
use tokio::time::{Instant, timeout_at};
use utoipa::ToSchema;

pub use faults::{Faults, escape, parse_at, parse_day, parse_money};
pub use limits::check as check_limits;
pub use strict::value;
pub use wording::no_threat;

use crate::problem::{Answer, Refusal};

/// Largest JSON body, in bytes.
pub const LIMIT: usize = 1024 * 1024;

/// How long a body may take, beside the time for its bytes.
const PATIENCE: Duration = Duration::from_secs(30);

/// Bytes a second that a large body has to bring.
const SLOWEST: usize = 16 * 1024;

/// Deepest nesting of a JSON body.
const DEPTH: usize = 64;

/// A JSON body, read strictly.
#[derive(Debug)]
pub struct Body<T>(pub T);

/// A JSON body that may be left out altogether: then it reads as `{}`.
#[derive(Debug)]
pub struct Maybe<T>(pub T);

impl<T: DeserializeOwned + ToSchema + 'static> FromRequest for Body<T> {
    type Error = Refusal;
    type Future = LocalBoxFuture<'static, Answer<Self>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (req, payload) = (req.clone(), payload.take());
        Box::pin(async move { Ok(Self(read(&req, &collect(&req, payload, LIMIT).await?)?)) })
    }
}

impl<T: DeserializeOwned + ToSchema + 'static> FromRequest for Maybe<T> {
    type Error = Refusal;
    type Future = LocalBoxFuture<'static, Answer<Self>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (req, payload) = (req.clone(), payload.take());
        Box::pin(async move {
            let bytes = collect(&req, payload, LIMIT).await?;
            if bytes.is_empty() { parse(b"{}").map(Self) } else { read(&req, &bytes).map(Self) }
        })
    }
}

/// The whole payload, decompressed if it is gzip, unless it is larger than `limit` bytes then.
///
/// # Errors
/// `too_large`; `malformed_json` when the connection broke off.
pub async fn collect(req: &HttpRequest, payload: Payload, limit: usize) -> Answer<BytesMut> {
    let stated = req.headers().get("content-length").and_then(|value| value.to_str().ok()).and_then(|text| text.parse::<usize>().ok());
    if stated.is_some_and(|length| length > limit) {
        return Err(too_large(limit));
    }
    gather(Decompress::from_headers(payload, req.headers()), limit).await
}

/// The whole of a stream, unless it is larger than `limit` bytes.
///
/// # Errors
/// `too_large`; `malformed_json` when the connection broke off.
pub async fn gather(payload: impl Stream<Item = Result<Bytes, PayloadError>> + Unpin, limit: usize) -> Answer<BytesMut> {
    gather_within(PATIENCE, payload, limit).await
}

async fn gather_within(
    patience: Duration,
    mut payload: impl Stream<Item = Result<Bytes, PayloadError>> + Unpin,
    limit: usize,
) -> Answer<BytesMut> {
    let mut bytes = BytesMut::new();
    let began = Instant::now();
    loop {
        // slow lines get time for what they bring, silence none
        let until = began + patience + Duration::from_secs(u64::try_from(bytes.len() / SLOWEST).unwrap_or_default());
        let Some(chunk) = timeout_at(until, payload.next()).await.map_err(|_| too_slow())? else { break };
        let chunk = chunk.map_err(|_| Refusal::new(Code::MalformedJson, "The body broke off before its end."))?;
        if bytes.len() + chunk.len() > limit {
            return Err(too_large(limit));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn too_slow() -> Refusal {
    Refusal::new(Code::RequestTimeout, "The body came too slowly: less than was needed within 30 seconds.")
}

/// A body larger than `limit` bytes.
pub fn too_large(limit: usize) -> Refusal {
    Refusal::new(Code::TooLarge, format!("The body is larger than {limit} bytes."))
}

/// Reads a JSON body into `T`; the media type must be JSON.
///
/// # Errors
/// `unsupported_media_type`, `malformed_json`, or 422 with every fault.
pub fn read<T: DeserializeOwned + ToSchema + 'static>(req: &HttpRequest, bytes: &[u8]) -> Answer<T> {
    let media_type = req.content_type().to_ascii_lowercase();
    let json = media_type == "application/json" || (media_type.starts_with("application/") && media_type.ends_with("+json"));
    if !json {
        let detail = "Send the body as JSON with the header Content-Type: application/json.";
        return Err(Refusal::new(Code::UnsupportedMediaType, detail));
    }
    parse(bytes)
}

/// Reads JSON text into `T`.
///
/// # Errors
/// `malformed_json`, or 422 with every fault.
pub fn parse<T: DeserializeOwned + ToSchema + 'static>(bytes: &[u8]) -> Answer<T> {
    if depth(bytes) > DEPTH {
        return Err(Refusal::new(Code::MalformedJson, format!("The body is nested deeper than {DEPTH} levels.")));
    }
    let first = match serde_json::from_slice(bytes) {
        Ok(body) => return within_limits::<T>(bytes).map(|()| body),
        Err(error) => error,
    };
    let malformed = |error: serde_json::Error| Refusal::new(Code::MalformedJson, format!("The body is not readable JSON: {error}."));
    // the slow way, for the pointers; what only the first reading refused is a member that stands twice
    value(serde_json::from_slice(bytes).map_err(malformed)?, "").and_then(|_: T| Err(malformed(first)))
}

/// Reads JSON text of our own user's into `T`: with every fault, as a body, but of any length.
///
/// # Errors
/// `malformed_json`, or 422 with every fault.
pub fn parse_any<T: DeserializeOwned + ToSchema + 'static>(bytes: &[u8]) -> Answer<T> {
    match serde_json::from_slice(bytes) {
        Ok(body) => Ok(body),
        Err(_) => parse(bytes),
    }
}

/// A body that reads as a `T` is within the limits that are declared.
fn within_limits<T: ToSchema + 'static>(bytes: &[u8]) -> Answer<()> {
    let mut faults = Faults::default();
    check_limits::<T>(&mut serde_json::Deserializer::from_slice(bytes), "", &mut faults);
    faults.check()
}

/// How deep arrays and objects are nested, at most.
fn depth(bytes: &[u8]) -> usize {
    let (mut now, mut most, mut text, mut escaped) = (0_usize, 0, false, false);
    for byte in bytes {
        match (text, *byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (_, b'"') => text = !text,
            (false, b'[' | b'{') => {
                now += 1;
                most = most.max(now);
            }
            (false, b']' | b'}') => now = now.saturating_sub(1),
            _ => {}
        }
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize, ToSchema)]
    #[serde(deny_unknown_fields)]
    struct Small {
        #[allow(dead_code)]
        name: String,
    }

    #[test]
    fn nesting_is_counted_outside_of_text() {
        assert_eq!(depth(br#"{"a":["[[[\\\"{{{",{}]}"#), 3);
        let deep = format!("{}{}", "[".repeat(65), "]".repeat(65));
        assert_eq!(parse::<serde_json::Value>(deep.as_bytes()).unwrap_err().code, Code::MalformedJson);
        assert!(parse::<serde_json::Value>(&deep.as_bytes()[1..129]).is_ok());
    }

    #[tokio::test]
    async fn a_body_that_never_ends_is_not_waited_for() {
        let first = futures::stream::iter([Ok(Bytes::from_static(b"{"))]);
        let silent = Box::pin(first.chain(futures::stream::pending()));
        assert_eq!(gather_within(Duration::ZERO, silent, LIMIT).await.unwrap_err().code, Code::RequestTimeout);
    }

    #[test]
    fn a_body_that_is_no_json_or_says_a_thing_twice_is_malformed() {
        for text in ["", "{", "{\"name\":}", "{\"name\":\"a\",\"name\":\"b\"}", "\u{feff}{}"] {
            assert_eq!(parse::<Small>(text.as_bytes()).unwrap_err().code, Code::MalformedJson, "{text}");
        }
        assert!(parse::<Small>(br#"{"name":"a"}"#).is_ok());
        assert_eq!(parse::<Small>(b"[]").unwrap_err().code, Code::ValidationFailed);
    }
}
