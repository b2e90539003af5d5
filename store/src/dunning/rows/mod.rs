//! Rows ↔ records.

mod debt;
mod people;
mod reminder;

pub(super) use debt::invoice;
pub(super) use people::{TaskBody, TaskResult, case, decision, dispute, hold, interaction, largest, promise, task};
pub(super) use reminder::{attempt, body_text, reminder};

use relance_domain::money::{Currency, Money};
use serde::de::DeserializeOwned;

use crate::StoreError;

/// Reads a JSON column.
pub(super) fn json<T: DeserializeOwned>(table: &'static str, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::inconsistent(table, error))
}

/// Writes a JSON column.
pub(super) fn text<T: serde::Serialize>(table: &'static str, value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::inconsistent(table, error))
}

/// Reads a currency column.
pub(super) fn currency(table: &'static str, code: &str) -> Result<Currency, StoreError> {
    code.parse().map_err(|_| StoreError::inconsistent(table, format!("currency {code}")))
}

/// Reads an amount of two columns.
pub(super) fn money(table: &'static str, minor: i64, code: &str) -> Result<Money, StoreError> {
    Ok(currency(table, code)?.minor(minor))
}
