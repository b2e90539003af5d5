//! Many rows in one statement: `unnest` on PostgreSQL, where one prepared text serves any number of
//! rows, and VALUES in chunks on SQLite. No statement of ours stands inside a loop over rows.

use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, Iterable, ModelTrait, PrimaryKeyToColumn, Statement, Value,
    sea_query::{ArrayType, ColumnType},
};

use crate::StoreError;

/// Rows of a statement on SQLite: one text for most of them, and far from the 32,766 values that it binds.
const SQLITE_ROWS: usize = 100;

/// What happens to a row whose key is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnConflict {
    /// The statement fails.
    Fail,
    /// The row there stays.
    Keep,
    /// Every column but the key is replaced.
    Replace,
    /// Every column but the key and these is replaced: they belong to somebody else.
    ReplaceBut(&'static [&'static str]),
}

/// Inserts `rows`; returns how many were written. The conflict target is the primary key for
/// [`OnConflict::Replace`] and [`OnConflict::ReplaceBut`], any unique index for [`OnConflict::Keep`].
pub async fn insert<E, C>(c: &C, rows: &[E::Model], on_conflict: OnConflict) -> Result<u64, StoreError>
where
    E: EntityTrait,
    E::Model: ModelTrait<Entity = E>,
    C: ConnectionTrait,
{
    if rows.is_empty() {
        return Ok(0);
    }
    let columns: Vec<E::Column> = E::Column::iter().collect();
    let suffix = conflict_clause::<E>(&columns, on_conflict);
    let backend = c.get_database_backend();
    if backend == DbBackend::Postgres {
        let (sql, values) = unnest::<E>(&columns, rows, &suffix);
        return Ok(c.execute_raw(Statement::from_sql_and_values(backend, sql, values)).await?.rows_affected());
    }
    let mut written = 0;
    for chunk in rows.chunks(SQLITE_ROWS) {
        let sql =
            format!("INSERT INTO {} ({}) VALUES {}{suffix}", table::<E>(), names::<E>(&columns), placeholders(columns.len(), chunk.len()));
        let values: Vec<Value> = chunk.iter().flat_map(|row| columns.iter().map(|column| row.get(*column))).collect();
        written += c.execute_raw(Statement::from_sql_and_values(backend, sql, values)).await?.rows_affected();
    }
    Ok(written)
}

fn table<E: EntityTrait>() -> String {
    E::default().table_name().to_owned()
}

fn names<E: EntityTrait>(columns: &[E::Column]) -> String {
    columns.iter().map(|column| quoted(*column)).collect::<Vec<_>>().join(", ")
}

fn quoted(column: impl ColumnTrait) -> String {
    format!("\"{}\"", column.as_str())
}

fn placeholders(columns: usize, rows: usize) -> String {
    let row = format!("({})", vec!["?"; columns].join(","));
    vec![row; rows].join(",")
}

fn conflict_clause<E: EntityTrait>(columns: &[E::Column], on_conflict: OnConflict) -> String {
    let keys: Vec<String> = E::PrimaryKey::iter().map(|key| quoted(key.into_column())).collect();
    match on_conflict {
        OnConflict::Fail => String::new(),
        OnConflict::Keep => " ON CONFLICT DO NOTHING".to_owned(),
        OnConflict::Replace => replace(columns, &keys, &[]),
        OnConflict::ReplaceBut(kept) => replace(columns, &keys, kept),
    }
}

fn replace<K: ColumnTrait>(columns: &[K], keys: &[String], kept: &[&str]) -> String {
    let replaced = columns.iter().filter(|column| !kept.contains(&column.as_str())).map(|column| quoted(*column));
    let set: Vec<String> = replaced.filter(|column| !keys.contains(column)).map(|column| format!("{column} = excluded.{column}")).collect();
    format!(" ON CONFLICT ({}) DO UPDATE SET {}", keys.join(", "), set.join(", "))
}

fn unnest<E>(columns: &[E::Column], rows: &[E::Model], suffix: &str) -> (String, Vec<Value>)
where
    E: EntityTrait,
    E::Model: ModelTrait<Entity = E>,
{
    let mut params = Vec::with_capacity(columns.len());
    let mut values = Vec::with_capacity(columns.len());
    for (at, column) in columns.iter().enumerate() {
        let definition = column.def();
        let (cast, kind) = array_type(definition.get_column_type());
        let cells = rows.iter().map(|row| row.get(*column));
        // the driver binds no array with a NULL in it: such columns go as the text of an array
        if definition.is_null() {
            params.push(format!("${}::text::{cast}[]", at + 1));
            values.push(array_text(cells).into());
        } else {
            params.push(format!("${}::{cast}[]", at + 1));
            values.push(Value::Array(kind, Some(Box::new(cells.collect()))));
        }
    }
    (format!("INSERT INTO {} ({}) SELECT * FROM unnest({}){suffix}", table::<E>(), names::<E>(columns), params.join(", ")), values)
}

/// An array as PostgreSQL writes it: `{"a",NULL,"b"}`.
pub(crate) fn array_text(cells: impl Iterator<Item = Value>) -> String {
    let cell = |value: Value| match value {
        Value::Uuid(Some(id)) => format!("\"{id}\""),
        Value::BigInt(Some(number)) => number.to_string(),
        Value::Int(Some(number)) => number.to_string(),
        Value::Bool(Some(flag)) => flag.to_string(),
        Value::String(Some(text)) => format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")),
        _ => "NULL".to_owned(),
    };
    format!("{{{}}}", cells.map(cell).collect::<Vec<_>>().join(","))
}

fn array_type(kind: &ColumnType) -> (&'static str, ArrayType) {
    match kind {
        ColumnType::Uuid => ("uuid", ArrayType::Uuid),
        ColumnType::BigInteger => ("bigint", ArrayType::BigInt),
        ColumnType::Integer => ("int", ArrayType::Int),
        ColumnType::Boolean => ("bool", ArrayType::Bool),
        _ => ("text", ArrayType::String),
    }
}
