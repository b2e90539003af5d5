//! Reads of one statement: no transaction around them, one round trip each.
//!
//! On PostgreSQL the statement itself says whose rows it wants. `said` calls `set_config` for this statement
//! alone; the reading part stands in a LATERAL sub-select that refers to `said`, so that it runs after it and
//! the policies, which ask for the setting when they are first needed, see it. `OFFSET 0` keeps the planner from
//! merging the two. Were the order ever another, the policies would see no tenant and show nothing.

mod kept;
mod row;

use relance_domain::ids::TenantId;
use sea_orm::{
    DbErr, RuntimeErr,
    sqlx::{
        AssertSqlSafe, Executor, PgConnection, SqliteConnection, postgres::PgConnectOptions, query, sqlite::SqliteConnectOptions,
    },
};
use uuid::Uuid;

use self::kept::Kept;
pub(crate) use self::row::Row;
use crate::StoreError;

/// A connection that is not under the application's role must not read: it would see every tenant's rows.
const SAID: &str = "SELECT q.* FROM (SELECT CASE current_user WHEN 'relance_app' THEN set_config('relance.tenant_id', $1, true) \
                    ELSE 'not under the role relance_app' END";

/// A value of a statement, from `$2` on; `$1` is the tenant.
#[derive(Debug, Clone)]
pub(crate) enum Arg {
    /// An id.
    Id(Uuid),
    /// A text.
    Text(String),
    /// A number.
    Number(i64),
    /// One of these texts, as [`crate::any::of_texts`] wants them.
    Texts(Vec<&'static str>),
    /// One of these ids, as [`crate::any::of_ids`] wants them.
    Ids(Vec<Uuid>),
}

/// Connections for reads of one statement, and for nothing else.
pub(crate) enum Readers {
    /// Under the role of the application since they were made.
    Postgres(Kept<PgConnection>),
    Sqlite(Kept<SqliteConnection>),
}

impl Readers {
    pub(crate) fn postgres(options: PgConnectOptions, connections: usize) -> Self {
        Self::Postgres(Kept::new(options, connections))
    }

    pub(crate) fn sqlite(options: SqliteConnectOptions, connections: usize) -> Self {
        Self::Sqlite(Kept::new(options, connections))
    }

    /// The rows of a statement that reads for one tenant. `{tenant}` in it is the tenant's id and must stand where
    /// the rows are chosen; `{own}` is the same for sub-selects that do not depend on a row.
    ///
    /// # Errors
    /// The database's.
    pub(crate) async fn ask(&self, tenant: TenantId, sql: &str, args: &[Arg]) -> Result<Vec<Row>, StoreError> {
        match self {
            Self::Postgres(kept) => {
                let sql = sql.replace("{tenant}", "said.tenant").replace("{own}", "(SELECT relance_tenant())");
                let sql = format!("{SAID}::uuid AS tenant) AS said CROSS JOIN LATERAL ({sql} OFFSET 0) AS q");
                of_postgres(kept, sql, &tenant.0.to_string(), args).await
            }
            Self::Sqlite(kept) => of_sqlite(kept, sql.replace("{tenant}", "$1").replace("{own}", "$1"), tenant.0, args).await,
        }
    }

    /// The rows of a statement that looks at all tenants; `{everybody}` stands where it is to be allowed.
    ///
    /// # Errors
    /// The database's.
    pub(crate) async fn ask_of_all(&self, sql: &str, args: &[Arg]) -> Result<Vec<Row>, StoreError> {
        match self {
            Self::Postgres(kept) => {
                let sql = sql.replace("{everybody}", "said.who = '*'");
                of_postgres(kept, format!("{SAID} AS who) AS said CROSS JOIN LATERAL ({sql} OFFSET 0) AS q"), "*", args).await
            }
            Self::Sqlite(kept) => of_sqlite(kept, sql.replace("{everybody}", "TRUE"), Uuid::nil(), args).await,
        }
    }

    /// Closes what is open.
    pub(crate) async fn close(&self) {
        match self {
            Self::Postgres(kept) => kept.close().await,
            Self::Sqlite(kept) => kept.close().await,
        }
    }
}

async fn of_postgres(kept: &Kept<PgConnection>, sql: String, who: &str, args: &[Arg]) -> Result<Vec<Row>, StoreError> {
    let mut lent = kept.take().await?;
    loop {
        if lent.is_new() {
            lent.connection().execute("SET ROLE relance_app").await.map_err(failed)?;
        }
        let asked = args.iter().fold(query(AssertSqlSafe(sql.clone())).bind(who), |query, arg| match arg {
            Arg::Id(id) => query.bind(id),
            Arg::Text(text) => query.bind(text),
            Arg::Number(number) => query.bind(number),
            Arg::Texts(list) => query.bind(list),
            Arg::Ids(list) => query.bind(list),
        });
        match asked.fetch_all(lent.connection()).await {
            Ok(rows) => {
                lent.give_back();
                return Ok(rows.into_iter().map(Row::Postgres).collect());
            }
            Err(error) => lent = lent.another(error).await?,
        }
    }
}

async fn of_sqlite(kept: &Kept<SqliteConnection>, sql: String, who: Uuid, args: &[Arg]) -> Result<Vec<Row>, StoreError> {
    let mut lent = kept.take().await?;
    let asked = args.iter().fold(query(AssertSqlSafe(sql)).bind(who), |query, arg| match arg {
        Arg::Id(id) => query.bind(id),
        Arg::Text(text) => query.bind(text),
        Arg::Number(number) => query.bind(number),
        Arg::Texts(list) => query.bind(serde_json::Value::from_iter(list.iter().copied()).to_string()),
        Arg::Ids(list) => query.bind(serde_json::Value::from_iter(list.iter().map(|id| id.simple().to_string())).to_string()),
    });
    let rows = asked.fetch_all(lent.connection()).await.map_err(failed)?;
    lent.give_back();
    Ok(rows.into_iter().map(Row::Sqlite).collect())
}

fn failed(error: sea_orm::sqlx::Error) -> StoreError {
    StoreError::Database(DbErr::Query(RuntimeErr::SqlxError(error.into())))
}
