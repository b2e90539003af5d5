//! Text messages through any gateway that takes JSON over HTTP, signed as our webhooks are.

use chrono::{DateTime, TimeDelta, Utc};
use relance_domain::records::MessageContent;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};

use super::{Handed, RefusalScope};
use crate::{
    http::{Exchange, GuardedClient, HttpError},
    webhooks::sign,
};

/// Where text messages are posted to.
#[derive(Clone)]
pub struct SmsGateway {
    url: String,
    secret: Option<String>,
}

impl SmsGateway {
    /// Reads a channel's settings.
    pub fn read(config: &Value) -> Option<Self> {
        let http = config.get("http")?;
        let text = |name: &str| http.get(name).and_then(Value::as_str).map(str::to_owned);
        Some(Self { url: text("url")?, secret: text("secret") })
    }
}

/// Posts one text message. `reference` is ours and comes back as the gateway likes.
pub async fn sms(
    client: &GuardedClient,
    gateway: &SmsGateway,
    tenant: &str,
    reference: &str,
    content: &MessageContent,
    now: DateTime<Utc>,
) -> Handed {
    let parts = content.headers.get("parts").and_then(|text| text.parse::<u8>().ok());
    let body = json!({
        "id": reference,
        "to": content.to,
        "from": content.from,
        "text": content.text,
        "encoding": content.headers.get("encoding"),
        "parts": parts,
        "tenant": tenant,
    })
    .to_string();
    let Some(headers) = headers(gateway, reference, &body, now) else {
        return Handed::refused(RefusalScope::Account, "the secret of the gateway does not read");
    };
    match client.post(&gateway.url, headers, body).await {
        Ok(answer) => answered(&answer),
        Err(error) => failed(&error),
    }
}

fn headers(gateway: &SmsGateway, reference: &str, body: &str, now: DateTime<Utc>) -> Option<HeaderMap> {
    let timestamp = now.timestamp();
    let mut pairs = vec![
        ("content-type", "application/json".to_owned()),
        ("idempotency-key", reference.to_owned()),
        ("webhook-id", reference.to_owned()),
        ("webhook-timestamp", timestamp.to_string()),
    ];
    if let Some(secret) = &gateway.secret {
        let signature = sign(std::slice::from_ref(secret), reference, timestamp, body.as_bytes());
        if signature.is_empty() {
            return None;
        }
        pairs.push(("webhook-signature", signature));
    }
    pairs.into_iter().map(|(name, value)| Some((HeaderName::from_static(name), HeaderValue::from_str(&value).ok()?))).collect()
}

/// A 2xx that cannot be read was taken all the same; a 5xx says nothing about that.
fn answered(answer: &Exchange) -> Handed {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let said = || format!("status {}: {}", answer.status, text(&body));
    match answer.status {
        200..=299 => Handed::Accepted { provider_id: id(&body) },
        429 => {
            let seconds = answer.header("retry-after").and_then(|text| text.trim().parse::<i64>().ok());
            Handed::Throttled {
                retry_after: seconds.map(|seconds| TimeDelta::seconds(seconds.clamp(0, 86_400))),
                detail: "status 429".to_owned(),
            }
        }
        // the proxy before it says that it never reached the gateway, but not all of them keep to that
        500.. => Handed::unknown(&said()),
        400..=499 => Handed::refused(scope(answer.status, &body), &said()),
        _ => Handed::refused(RefusalScope::Account, &format!("status {}: the gateway answers elsewhere", answer.status)),
    }
}

fn failed(error: &HttpError) -> Handed {
    match error {
        HttpError::Blocked(_) => Handed::refused(RefusalScope::Account, "the address of the gateway may not be called"),
        error if error.may_have_arrived() => Handed::unknown(error.code()),
        error => Handed::transient(error.code()),
    }
}

fn id(body: &Value) -> Option<String> {
    match body.get("id")? {
        Value::String(id) => Some(id.clone()),
        Value::Number(id) => Some(id.to_string()),
        _ => None,
    }
}

/// `{"error":{"scope":"recipient"}}` or `{"scope":…}`; else by the status.
fn scope(status: u16, body: &Value) -> RefusalScope {
    let stated = body.get("error").and_then(|error| error.get("scope")).or_else(|| body.get("scope")).and_then(Value::as_str);
    match (stated, status) {
        (Some("recipient"), _) => RefusalScope::Recipient,
        (Some("account"), _) | (None, 401..=405) => RefusalScope::Account,
        _ => RefusalScope::Message,
    }
}

fn text(body: &Value) -> &str {
    let error = body.get("error");
    let said = error.and_then(|error| error.get("code")).or(error).or_else(|| body.get("message"));
    said.and_then(Value::as_str).unwrap_or("no reason given")
}
