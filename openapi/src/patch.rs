//! Members of a PATCH: absent, null and a value are three things.

use serde::{Deserialize, Deserializer};

/// Reads a member that is stated: `Some(None)` for null. With `#[serde(default)]`, absent is `None`.
///
/// # Errors
/// When the value is of another type.
pub fn stated<'de, T, D>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::deserialize(deserializer).map(Some)
}
