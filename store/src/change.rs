//! Many rows changed to different values in one statement.

use std::iter::once;

use relance_domain::ids::TenantId;
use sea_orm::{ConnectionTrait, DbBackend, Statement, Value};

use crate::{StoreError, batch::array_text};

/// Type of a column of the list of changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Uuid,
    Big,
    Text,
    Bool,
}

impl Kind {
    fn cast(self) -> &'static str {
        match self {
            Self::Uuid => "uuid",
            Self::Big => "bigint",
            Self::Text => "text",
            Self::Bool => "bool",
        }
    }
}

/// What is changed: rows of `table` (named `t`) whose tenant and `id` are in the list (named `v`).
pub(crate) struct Change<'a> {
    pub table: &'a str,
    /// Columns of the list behind the tenant; the first is `id`.
    pub columns: &'a [(&'a str, Kind)],
    /// The SET clause.
    pub set: &'a str,
    /// A further condition, beginning with ` AND`.
    pub only: &'a str,
}

/// Whose row, and a value for each column.
pub(crate) type Row = (TenantId, Vec<Value>);

impl Change<'_> {
    /// Applies the change to `rows` of one tenant, which have a value for each column; returns how many changed.
    pub(crate) async fn apply<C: ConnectionTrait>(&self, c: &C, tenant: TenantId, rows: Vec<Vec<Value>>) -> Result<u64, StoreError> {
        self.apply_to_all(c, &rows.into_iter().map(|row| (tenant, row)).collect::<Vec<_>>()).await
    }

    /// The same for rows of any tenants.
    pub(crate) async fn apply_to_all<C: ConnectionTrait>(&self, c: &C, rows: &[Row]) -> Result<u64, StoreError> {
        if rows.is_empty() {
            return Ok(0);
        }
        let backend = c.get_database_backend();
        let (sql, values) = match backend {
            DbBackend::Postgres => (self.unnest_sql(), self.arrays(rows)),
            _ => (self.json_sql(), vec![list(rows).into()]),
        };
        Ok(c.execute_raw(Statement::from_sql_and_values(backend, sql, values)).await?.rows_affected())
    }

    /// The columns of the list.
    fn listed(&self) -> impl Iterator<Item = (usize, &str, Kind)> {
        once(("tenant_id", Kind::Uuid)).chain(self.columns.iter().copied()).enumerate().map(|(at, (name, kind))| (at, name, kind))
    }

    fn unnest_sql(&self) -> String {
        let lists: Vec<String> = self.listed().map(|(at, _, kind)| format!("${}::text::{}[]", at + 1, kind.cast())).collect();
        let names: Vec<&str> = self.listed().map(|(_, name, _)| name).collect();
        // OFFSET keeps the list whole: so each row is found by its whole key, and the tenant's other rows are not
        // read, whatever the planner knows of the table
        format!(
            "UPDATE {} AS t SET {} FROM (SELECT list.* FROM unnest({}) AS list({}) OFFSET 0) AS v \
             WHERE t.tenant_id = v.tenant_id AND t.id = v.id{}",
            self.table,
            self.set,
            lists.join(", "),
            names.join(", "),
            self.only
        )
    }

    /// The columns as texts of arrays: the driver binds no array with a NULL in it.
    fn arrays(&self, rows: &[Row]) -> Vec<Value> {
        let tenants = array_text(rows.iter().map(|(tenant, _)| tenant.0.into()));
        let column = |at: usize| array_text(rows.iter().filter_map(move |(_, row)| row.get(at).cloned()));
        once(tenants).chain((0..self.columns.len()).map(column)).map(Value::from).collect()
    }

    fn json_sql(&self) -> String {
        let column = |(at, name, kind): (usize, &str, Kind)| match kind {
            Kind::Uuid => format!("unhex(value ->> {at}) AS {name}"),
            _ => format!("value ->> {at} AS {name}"),
        };
        // MATERIALIZED: nothing but the list can be read first. SQLite would else go through all rows of the
        // tenant, and through the whole list for each
        format!(
            "WITH v AS MATERIALIZED (SELECT {} FROM json_each($1)) UPDATE {} AS t SET {} FROM v WHERE t.tenant_id = v.tenant_id AND t.id = v.id{}",
            self.listed().map(column).collect::<Vec<_>>().join(", "),
            self.table,
            self.set,
            self.only
        )
    }
}

/// The rows as a JSON list of lists, the tenant first.
fn list(rows: &[Row]) -> String {
    let cell = |value: &Value| match value {
        Value::Uuid(Some(id)) => id.simple().to_string().into(),
        Value::BigInt(Some(number)) => (*number).into(),
        Value::Int(Some(number)) => (*number).into(),
        Value::Bool(Some(flag)) => (*flag).into(),
        Value::String(Some(text)) => text.as_str().into(),
        _ => serde_json::Value::Null,
    };
    let row = |(tenant, row): &Row| once(tenant.0.simple().to_string().into()).chain(row.iter().map(cell)).collect::<serde_json::Value>();
    rows.iter().map(row).collect::<serde_json::Value>().to_string()
}
