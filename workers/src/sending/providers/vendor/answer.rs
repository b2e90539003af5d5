//! What came back, as adapters read it.

use chrono::{DateTime, TimeDelta, Utc};
use relance_domain::{
    delivery::retry_after,
    sending::{Handed, Scope},
};
use serde_json::Value;

use crate::http::Exchange;

/// An answer; a body that is no JSON is null.
pub(in crate::sending::providers) struct Answer {
    pub status: u16,
    pub body: Value,
    exchange: Exchange,
}

impl Answer {
    pub fn of(exchange: &Exchange) -> Self {
        let body = serde_json::from_slice(&exchange.body).unwrap_or_default();
        Self { status: exchange.status, body, exchange: exchange.clone() }
    }

    /// The body as it came.
    pub fn bytes(&self) -> &[u8] {
        &self.exchange.body
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.exchange.header(name)
    }

    /// A text or number at a JSON pointer.
    pub fn id(&self, pointer: &str) -> Option<String> {
        text(self.body.pointer(pointer)?)
    }

    /// A whole number at a JSON pointer.
    pub fn number(&self, pointer: &str) -> Option<i64> {
        self.body.pointer(pointer)?.as_i64()
    }

    /// Status and what was said of it, for a person.
    pub fn said(&self) -> String {
        let places = [
            "/message",
            "/Message",
            "/error/code",
            "/error",
            "/code",
            "/errors/0/message",
            "/Messages/0/Errors/0/ErrorMessage",
            "/ErrorMessage",
        ];
        let said = places.iter().find_map(|place| self.body.pointer(place)?.as_str()).unwrap_or("no reason given");
        format!("status {}: {said}", self.status)
    }

    /// Refused for this reason.
    pub fn refused(&self, scope: Scope) -> Handed {
        Handed::refused(scope, &self.said())
    }

    /// Taken under the id at a JSON pointer; what is taken and does not read was taken all the same.
    pub fn taken(&self, pointer: &str) -> Handed {
        Handed::accepted(self.id(pointer))
    }

    /// How long to wait: `Retry-After` in seconds or as a date, else the header that the provider itself has.
    pub fn pause(&self, now: DateTime<Utc>) -> Option<TimeDelta> {
        if let Some(asked) = self.header("retry-after").and_then(|text| retry_after(text, now)) {
            return TimeDelta::from_std(asked).ok();
        }
        let number = |name: &str| self.header(name)?.trim().parse::<i64>().ok();
        if let Some(seconds) = number("x-sib-ratelimit-reset") {
            return TimeDelta::try_seconds(seconds.clamp(0, 86_400));
        }
        let reset = number("x-ratelimit-reset")?;
        // an instant at some, a pause at others
        let seconds = if reset > 1_000_000_000 { reset - now.timestamp() } else { reset };
        TimeDelta::try_seconds(seconds.clamp(0, 86_400))
    }
}

/// A text or number as text.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// What a status means where the provider says nothing more: 401 to 405 are about us.
pub(super) fn by_status(answer: &Answer) -> Handed {
    match answer.status {
        401..=405 | 407 => answer.refused(Scope::Account),
        408 | 425 => Handed::unknown(&answer.said()),
        _ => answer.refused(Scope::Message),
    }
}
