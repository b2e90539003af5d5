//! Operations on their way out say so on every answer: `Deprecation` (RFC 9745), `Sunset` (RFC 8594), and
//! where to read what comes instead.

use actix_web::{
    Error,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::header::{self, HeaderMap, HeaderName, HeaderValue},
    middleware::Next,
};

use crate::retired::{RETIRED, Retired};

static DEPRECATION: HeaderName = HeaderName::from_static("deprecation");
static SUNSET: HeaderName = HeaderName::from_static("sunset");

/// Adds the headers of a retired operation: see the module.
///
/// # Errors
/// The endpoint's.
pub async fn retire<B: MessageBody + 'static>(req: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, Error> {
    let mut answer = next.call(req).await?;
    if RETIRED.is_empty() {
        return Ok(answer);
    }
    let (method, pattern) = (answer.request().method().as_str().to_owned(), answer.request().match_pattern());
    let pattern = pattern.unwrap_or_default();
    if let Some(retired) = RETIRED.iter().find(|retired| retired.method == method && retired.path == pattern) {
        say(answer.headers_mut(), retired);
    }
    Ok(answer)
}

fn say(headers: &mut HeaderMap, retired: &Retired) {
    let sunset = retired.sunset().to_rfc2822().replace("+0000", "GMT");
    let lines = [
        (&DEPRECATION, format!("@{}", retired.deprecated().timestamp())),
        (&SUNSET, sunset),
        (&header::LINK, format!("<{}>; rel=\"deprecation\"", retired.instead)),
    ];
    for (name, text) in lines {
        if let Ok(value) = HeaderValue::from_str(&text) {
            headers.append(name.clone(), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_headers_are_those_of_the_standards() {
        let retired =
            Retired { method: "GET", path: "/v1/x", deprecated_on: (2026, 12, 1), sunset_on: (2027, 12, 1), instead: "/docs/versioning" };
        let mut headers = HeaderMap::new();
        say(&mut headers, &retired);
        let said = |name: &str| headers.get(name).unwrap().to_str().unwrap();
        assert_eq!(said("deprecation"), "@1796083200");
        assert_eq!(said("sunset"), "Wed, 1 Dec 2027 00:00:00 GMT");
        assert_eq!(said("link"), "</docs/versioning>; rel=\"deprecation\"");
    }
}
