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

/// The rows of `table` that pairs of texts name in `columns`, as a query of its own. Each pair is looked up by the index on tenant and columns; PostgreSQL is left no other plan,
/// whatever it believes of a table that it has not counted yet. `$1` is the tenant, the pairs stand from parameter
/// `place` on ([`pairs`]).
pub fn named(backend: DbBackend, what: &str, table: &str, columns: [&str; 2], place: usize) -> String {
    let [first, second] = columns;
    match backend {
        DbBackend::Postgres => format!(
            "SELECT found.* FROM unnest(${place}::text[], ${}::text[]) AS n(a, b) CROSS JOIN LATERAL (SELECT {what} FROM {table} \
             WHERE tenant_id = $1 AND {first} = n.a AND {second} = n.b OFFSET 0) AS found",
            place + 1
        ),
        _ => format!(
            "SELECT {what} FROM (SELECT t.* FROM json_each(${place}) AS n CROSS JOIN {table} AS t \
             WHERE t.tenant_id = $1 AND t.{first} = n.value ->> 0 AND t.{second} = n.value ->> 1)"
        ),
    }
}

/// The rows of `table` whose tenant and id are in the lists that stand from parameter `place` on ([`key_lists`]): each
/// is looked up by its whole key.
pub fn keyed(backend: DbBackend, table: &str, place: usize) -> String {
    match backend {
        DbBackend::Postgres => format!(
            "SELECT t.* FROM unnest(${place}::uuid[], ${}::uuid[]) AS k(tenant_id, id) CROSS JOIN LATERAL (SELECT * FROM {table} \
             WHERE tenant_id = k.tenant_id AND id = k.id OFFSET 0) AS t",
            place + 1
        ),
        _ => format!(
            "SELECT t.* FROM json_each(${place}) AS k CROSS JOIN {table} AS t \
             WHERE t.tenant_id = unhex(k.value ->> 0) AND t.id = unhex(k.value ->> 1)"
        ),
    }
}

/// The parameters for [`keyed`].
pub fn key_lists(backend: DbBackend, list: impl IntoIterator<Item = (Uuid, Uuid)>) -> Vec<Value> {
    match backend {
        DbBackend::Postgres => {
            let (tenants, rows): (Vec<Uuid>, Vec<Uuid>) = list.into_iter().unzip();
            vec![ids(backend, tenants), ids(backend, rows)]
        }
        _ => {
            let pair = |(tenant, id): (Uuid, Uuid)| vec![tenant.simple().to_string(), id.simple().to_string()];
            vec![serde_json::Value::from_iter(list.into_iter().map(pair)).to_string().into()]
        }
    }
}

/// The parameters for [`named`].
pub fn pairs<'a>(backend: DbBackend, list: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<Value> {
    match backend {
        DbBackend::Postgres => {
            let (first, second): (Vec<&str>, Vec<&str>) = list.into_iter().unzip();
            vec![texts(backend, first), texts(backend, second)]
        }
        _ => vec![serde_json::Value::from_iter(list.into_iter().map(|(first, second)| vec![first, second])).to_string().into()],
    }
}
