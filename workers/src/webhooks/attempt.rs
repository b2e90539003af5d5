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
    webhooks::{AttemptLog, ClaimedDelivery, ClaimedEvent, DeliveryOutcome, DeliveryResult},
};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use sha2::{Digest, Sha256};

use super::{not_tried, signature::sign};
use crate::http::{Exchange, GuardedClient, HttpError};

/// Posts `delivery` once.
pub(super) async fn attempt(store: &Store, client: &GuardedClient, delivery: &ClaimedDelivery) -> DeliveryOutcome {
    let at = store.now();
    let Some((id, bytes)) = message(delivery, at) else {
        let log = AttemptLog { at, duration_ms: 0, status_code: None, error: Some("event_expired".to_owned()), response: None };
        return outcome(delivery, log, DeliveryResult::Failed { exhausted: false });
    };
    let began = tokio::time::Instant::now();
    let answer = client.post(&delivery.url, headers(delivery, &id, at, &bytes), bytes).await;
    let mut log = AttemptLog { at, duration_ms: millis(began.elapsed()), status_code: None, error: None, response: None };
    let result = match &answer {
        Ok(exchange) => {
            log.status_code = Some(i32::from(exchange.status));
            log.response = Some(exchange.excerpt());
            judge(delivery, exchange, store.now())
        }
        Err(error) => {
            log.error = Some(error.code().to_owned());
            match error {
                HttpError::Blocked(_) => DeliveryResult::Failed { exhausted: false }, // it would be refused again
                _ => again(delivery, None, store.now()),
            }
        }
    };
    metrics::counter!("relance_webhook_attempts_total", "result" => word(result)).increment(1);
    outcome(delivery, log, result)
}

/// Id and body; `None` when the event is no longer kept.
fn message(delivery: &ClaimedDelivery, at: DateTime<Utc>) -> Option<(String, Vec<u8>)> {
    let payload = Payload::parse(&delivery.payload).unwrap_or(Payload::Thin);
    match &delivery.event {
        ClaimedEvent::Event(event) => Some((event.id.to_string(), body(event, payload, false))),
        ClaimedEvent::Sample { id, kind, live } => {
            let kind = EventType::ALL.iter().find(|known| known.as_str() == kind)?;
            Some((id.to_string(), body(&event_samples::sample(*kind, *id, at, *live), payload, true)))
        }
        ClaimedEvent::Expired(_) => None,
    }
}

fn headers(delivery: &ClaimedDelivery, id: &str, at: DateTime<Utc>, body: &[u8]) -> HeaderMap {
    let timestamp = at.timestamp();
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    for (name, value) in [
        ("webhook-id", id.to_owned()),
        ("webhook-timestamp", timestamp.to_string()),
        ("webhook-signature", sign(&delivery.secrets, id, timestamp, body)),
    ] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    headers
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
    next_attempt_at(made, now, asked, chance(delivery)).map_or(DeliveryResult::Failed { exhausted: true }, DeliveryResult::Retry)
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
        DeliveryResult::Failed { .. } => "failed",
        DeliveryResult::Dropped => "dropped",
        DeliveryResult::Gone => "gone",
        DeliveryResult::NotTried => "not_tried",
    }
}

fn millis(duration: std::time::Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
