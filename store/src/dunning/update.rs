//! Many rows changed to different values in one statement.

use relance_domain::ids::TenantId;
use sea_orm::{ConnectionTrait, DbBackend, Statement, Value};

use crate::{StoreError, batch::array_text};

/// SQLite binds at most 32,766 values.
const SQLITE_BINDS: usize = 30_000;

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
        let mut changed = 0;
        for chunk in rows.chunks((SQLITE_BINDS / self.columns.len().max(1)).max(1)) {
            let mut values: Vec<Value> = chunk.iter().flatten().cloned().collect();
            values.push(tenant.0.into());
            changed += c.execute_raw(Statement::from_sql_and_values(backend, self.values_sql(chunk.len()), values)).await?.rows_affected();
        }
        Ok(changed)
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

    fn values_sql(&self, rows: usize) -> String {
        let names: Vec<String> = self.columns.iter().enumerate().map(|(at, (name, _))| format!("column{} AS {name}", at + 1)).collect();
        let row = format!("({})", vec!["?"; self.columns.len()].join(","));
        format!(
            "UPDATE {} AS t SET {} FROM (SELECT {} FROM (VALUES {})) AS v WHERE t.tenant_id = ? AND t.id = v.id{}",
            self.table,
            self.set,
            names.join(", "),
            vec![row; rows].join(","),
            self.only
        )
    }
}
