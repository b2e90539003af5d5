//! One attempt: sign, post, judge the answer.

use chrono::{DateTime, Utc};
use relance_domain::{
    delivery::{Verdict, next_attempt_at, verdict},
    event::EventType,
};
use relance_openapi::{
    event_samples,
    events::{Payload, body},
};
use relance_store::{
    Store,
    webhooks::{AttemptLog, ClaimedDelivery, ClaimedEvent, DeliveryOutcome, DeliveryResult, RequestLog},
};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use sha2::{Digest, Sha256};

use super::{not_tried, signature::sign};
use crate::http::{Exchange, GuardedClient, HttpError};

/// Posts `delivery` once.
pub(super) async fn attempt(store: &Store, client: &GuardedClient, delivery: &ClaimedDelivery) -> DeliveryOutcome {
    let at = store.now();
    let mut log = AttemptLog { at, duration_ms: 0, status_code: None, error: None, response: None, request: None };
    let Some((id, bytes)) = message(delivery, at) else {
        log.error = Some("payload_expired".to_owned());
        return outcome(delivery, log, DeliveryResult::Expired);
    };
    let signature = sign(&delivery.secrets, &id, at.timestamp(), &bytes);
    log.request = Some(RequestLog {
        signature: signature.clone(),
        body_sha256: hex(&Sha256::digest(&bytes)),
        body_bytes: i32::try_from(bytes.len()).unwrap_or(i32::MAX),
    });
    let began = tokio::time::Instant::now();
    let answer = client.post(&delivery.url, headers(&id, at, &signature), bytes).await;
    log.duration_ms = millis(began.elapsed());
    let result = match &answer {
        Ok(exchange) => {
            log.status_code = Some(i32::from(exchange.status));
            log.response = Some(exchange.excerpt());
            judge(delivery, exchange, store.now())
        }
        Err(error) => {
            log.error = Some(error.code().to_owned());
            match error {
                HttpError::Blocked(_) => DeliveryResult::Failed, // it would be refused again
                _ => again(delivery, None, store.now()),
            }
        }
    };
    metrics::counter!("relance_webhook_attempts_total", "result" => word(result)).increment(1);
    outcome(delivery, log, result)
}

/// Id and body; `None` when the event, or its content, is no longer kept.
fn message(delivery: &ClaimedDelivery, at: DateTime<Utc>) -> Option<(String, Vec<u8>)> {
    let payload = Payload::parse(&delivery.payload).unwrap_or(Payload::Thin);
    match &delivery.event {
        ClaimedEvent::Event(event) => Some((event.id.to_string(), body(event, payload, &delivery.api_version, false))),
        ClaimedEvent::Sample { id, kind, live } => {
            let kind = EventType::ALL.iter().find(|known| known.as_str() == kind)?;
            Some((id.to_string(), body(&event_samples::sample(*kind, *id, at, *live), payload, &delivery.api_version, true)))
        }
        ClaimedEvent::Expired(_) => None,
    }
}

fn headers(id: &str, at: DateTime<Utc>, signature: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let timestamp = at.timestamp().to_string();
    for (name, value) in [("webhook-id", id), ("webhook-timestamp", &timestamp), ("webhook-signature", signature)] {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    headers
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        text.push_str(&format!("{byte:02x}"));
        text
    })
}

fn judge(delivery: &ClaimedDelivery, exchange: &Exchange, now: DateTime<Utc>) -> DeliveryResult {
    match verdict(exchange.status, exchange.header("webhook-delivery"), exchange.header("retry-after"), now) {
        Verdict::Delivered => DeliveryResult::Delivered,
        Verdict::Dropped => DeliveryResult::Dropped,
        Verdict::Gone => DeliveryResult::Gone,
        Verdict::Retry(asked) => again(delivery, asked, now),
    }
}

fn again(delivery: &ClaimedDelivery, asked: Option<std::time::Duration>, now: DateTime<Utc>) -> DeliveryResult {
    let made = u32::try_from(delivery.attempts.saturating_sub(delivery.queued_after).saturating_add(1)).unwrap_or(u32::MAX);
    next_attempt_at(made, now, asked, chance(delivery)).map_or(DeliveryResult::Failed, DeliveryResult::Retry)
}

/// Spreads the tries of many deliveries that failed together: a number of the delivery's own.
fn chance(delivery: &ClaimedDelivery) -> u32 {
    let digest = Sha256::new().chain_update(delivery.id.0.as_bytes()).chain_update(delivery.attempts.to_be_bytes()).finalize();
    digest.iter().take(4).fold(0, |number, byte| (number << 8) | u32::from(*byte))
}

fn outcome(delivery: &ClaimedDelivery, log: AttemptLog, result: DeliveryResult) -> DeliveryOutcome {
    DeliveryOutcome { attempt: Some(log), result, ..not_tried(delivery) }
}

fn word(result: DeliveryResult) -> &'static str {
    match result {
        DeliveryResult::Delivered => "delivered",
        DeliveryResult::Retry(_) => "retry",
        DeliveryResult::Failed => "failed",
        DeliveryResult::Expired => "expired",
        DeliveryResult::Dropped => "dropped",
        DeliveryResult::Gone => "gone",
        DeliveryResult::NotTried => "not_tried",
    }
}

fn millis(duration: std::time::Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
