//! Lists of any length as one parameter, so that a statement's text and number of binds stay constant:
//! an array on PostgreSQL, a JSON list on SQLite.

use sea_orm::{DbBackend, Value, sea_query::ArrayType};
use uuid::Uuid;

/// The condition "is one of the texts in parameter `place`", to stand behind a column.
pub fn of_texts(backend: DbBackend, place: usize) -> String {
    match backend {
        DbBackend::Postgres => format!("= ANY(${place})"),
        _ => format!("IN (SELECT value FROM json_each(${place}))"),
    }
}

/// The condition "is one of the ids in parameter `place`", to stand behind a column.
pub fn of_ids(backend: DbBackend, place: usize) -> String {
    match backend {
        DbBackend::Postgres => format!("= ANY(${place})"),
        _ => format!("IN (SELECT unhex(value) FROM json_each(${place}))"),
    }
}

/// The parameter for [`of_texts`].
pub fn texts<'a>(backend: DbBackend, list: impl IntoIterator<Item = &'a str>) -> Value {
    match backend {
        DbBackend::Postgres => Value::Array(ArrayType::String, Some(Box::new(list.into_iter().map(Value::from).collect()))),
        _ => serde_json::Value::from_iter(list).to_string().into(),
    }
}

/// The parameter for [`of_ids`].
pub fn ids(backend: DbBackend, list: impl IntoIterator<Item = Uuid>) -> Value {
    match backend {
        DbBackend::Postgres => Value::Array(ArrayType::Uuid, Some(Box::new(list.into_iter().map(Value::from).collect()))),
        _ => serde_json::Value::from_iter(list.into_iter().map(|id| id.simple().to_string())).to_string().into(),
    }
}
