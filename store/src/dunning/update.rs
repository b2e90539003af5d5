//! Many rows changed to different values in one statement.

use relance_domain::ids::TenantId;
use sea_orm::{ConnectionTrait, DbBackend, Statement, Value};

use crate::{StoreError, batch::array_text};

/// Type of a column of the list of changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
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

/// What is changed: rows of `table` (named `t`) whose `id` is in the list (named `v`).
pub(super) struct Change<'a> {
    pub table: &'a str,
    /// Columns of the list; the first is `id`.
    pub columns: &'a [(&'a str, Kind)],
    /// The SET clause.
    pub set: &'a str,
    /// A further condition, beginning with ` AND`.
    pub only: &'a str,
}

impl Change<'_> {
    /// Applies the change to `rows`, which have a value for each column; returns how many changed.
    pub(super) async fn apply<C: ConnectionTrait>(&self, c: &C, tenant: TenantId, rows: &[Vec<Value>]) -> Result<u64, StoreError> {
        if rows.is_empty() {
            return Ok(0);
        }
        let backend = c.get_database_backend();
        if backend == DbBackend::Postgres {
            let statement = Statement::from_sql_and_values(backend, self.unnest_sql(), self.arrays(tenant, rows));
            return Ok(c.execute_raw(statement).await?.rows_affected());
        }
        let values = [self.list(rows).into(), tenant.0.into()];
        Ok(c.execute_raw(Statement::from_sql_and_values(backend, self.json_sql(), values)).await?.rows_affected())
    }

    fn unnest_sql(&self) -> String {
        let lists: Vec<String> =
            self.columns.iter().enumerate().map(|(at, (_, kind))| format!("${}::text::{}[]", at + 1, kind.cast())).collect();
        let names: Vec<&str> = self.columns.iter().map(|(name, _)| *name).collect();
        // the tenant stands in the list (OFFSET keeps it there): so each row is found by its whole key, and
        // the tenant's other rows are not read, whatever the planner knows of the table
        format!(
            "UPDATE {} AS t SET {} FROM (SELECT ${}::uuid AS tenant_id, list.* FROM unnest({}) AS list({}) OFFSET 0) AS v \
             WHERE t.tenant_id = v.tenant_id AND t.id = v.id{}",
            self.table,
            self.set,
            self.columns.len() + 1,
            lists.join(", "),
            names.join(", "),
            self.only
        )
    }

    /// The columns as texts of arrays: the driver binds no array with a NULL in it.
    fn arrays(&self, tenant: TenantId, rows: &[Vec<Value>]) -> Vec<Value> {
        let column = |at: usize| array_text(rows.iter().filter_map(move |row| row.get(at).cloned())).into();
        (0..self.columns.len()).map(column).chain([tenant.0.into()]).collect()
    }

    fn json_sql(&self) -> String {
        let column = |at: usize, kind: Kind| match kind {
            Kind::Uuid => format!("unhex(value ->> {at})"),
            _ => format!("value ->> {at}"),
        };
        let named: Vec<String> =
            self.columns.iter().enumerate().map(|(at, (name, kind))| format!("{} AS {name}", column(at, *kind))).collect();
        // the tenant stands in the list, so that nothing but the list can be read first: SQLite would else go
        // through all rows of the tenant, and through the whole list for each
        format!(
            "WITH v AS MATERIALIZED (SELECT $2 AS tenant_id, {} FROM json_each($1)) \
             UPDATE {} AS t SET {} FROM v WHERE t.tenant_id = v.tenant_id AND t.id = v.id{}",
            named.join(", "),
            self.table,
            self.set,
            self.only
        )
    }

    /// The rows as a JSON list of lists.
    fn list(&self, rows: &[Vec<Value>]) -> String {
        let cell = |value: &Value| match value {
            Value::Uuid(Some(id)) => id.simple().to_string().into(),
            Value::BigInt(Some(number)) => (*number).into(),
            Value::Bool(Some(flag)) => (*flag).into(),
            Value::String(Some(text)) => text.as_str().into(),
            _ => serde_json::Value::Null,
        };
        serde_json::Value::from_iter(rows.iter().map(|row| serde_json::Value::from_iter(row.iter().map(cell)))).to_string()
    }
}
