//! Columns that hold a JSON document.

use serde::{Serialize, de::DeserializeOwned};

use crate::StoreError;

/// The text of a document.
pub(crate) fn write<T: Serialize>(table: &'static str, document: &T) -> Result<String, StoreError> {
    serde_json::to_string(document).map_err(|error| StoreError::inconsistent(table, error))
}

/// The document of a text.
pub(crate) fn read<T: DeserializeOwned>(table: &'static str, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::inconsistent(table, error))
}
