//! Small readers that every vendor's form shares.

use chrono::{DateTime, Utc};
use relance_domain::sending::without_addresses;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// A text or number at a JSON pointer, as text.
pub(super) fn text(value: &Value, pointer: &str) -> Option<String> {
    match value.pointer(pointer)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The word at a JSON pointer.
pub(super) fn word<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// A reason without addresses.
pub(super) fn detail(value: &Value, pointers: &[&str]) -> Option<String> {
    pointers.iter().find_map(|pointer| text(value, pointer)).map(|text| without_addresses(&text))
}

/// An instant in Unix seconds or milliseconds, or as RFC 3339.
pub(super) fn at(value: &Value, pointer: &str) -> Option<DateTime<Utc>> {
    match value.pointer(pointer)? {
        Value::String(text) => DateTime::parse_from_rfc3339(text).ok().map(|at| at.to_utc()),
        number => {
            let number = number.as_i64()?;
            if number > 100_000_000_000 { DateTime::from_timestamp_millis(number) } else { DateTime::from_timestamp(number, 0) }
        }
    }
}

/// A key out of parts that together are one event only.
pub(super) fn key<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part.len().to_be_bytes());
        digest.update(part);
    }
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Our reference, if this is one.
pub(super) fn ours(text: Option<String>) -> Option<String> {
    text.filter(|text| text.starts_with("rl_") && text.len() <= 40)
}
