//! Reads of one statement: no transaction around them, one round trip each.
//!
//! On PostgreSQL the statement itself says whose rows it wants. `said` calls `set_config` for this statement
//! alone; the reading part stands in a LATERAL sub-select that refers to `said`, so that it runs after it and
//! the policies, which ask for the setting when they are first needed, see it. `OFFSET 0` keeps the planner from
//! merging the two. Were the order ever another, the policies would see no tenant and show nothing.

mod kept;
mod row;

use std::sync::OnceLock;

use relance_domain::ids::TenantId;
use sea_orm::{
    DbBackend, DbErr, RuntimeErr,
    sqlx::{
        AssertSqlSafe, Executor, PgConnection, SqlSafeStr, SqlStr, SqliteConnection, postgres::PgConnectOptions, query,
        sqlite::SqliteConnectOptions,
    },
};
use uuid::Uuid;

use self::kept::Kept;
pub(crate) use self::row::Row;
use crate::StoreError;

/// A connection that is not under the application's role must not read: it would see every tenant's rows.
const SAID: &str = "SELECT q.* FROM (SELECT CASE current_user WHEN 'relance_app' THEN set_config('relance.tenant_id', $1, true) \
                    ELSE 'not under the role relance_app' END AS who) AS said CROSS JOIN LATERAL (";

/// A statement as both databases want it. In the text given, `{tenant}` is the tenant's id and must stand where
/// the rows are chosen; `{own}` is the same for sub-selects that do not depend on a row; a statement that looks
/// at all tenants has `{everybody}` as its condition instead.
pub(crate) struct Question {
    plain: fn(DbBackend) -> String,
    postgres: OnceLock<String>,
    sqlite: OnceLock<String>,
}

impl Question {
    pub(crate) const fn new(plain: fn(DbBackend) -> String) -> Self {
        Self { plain, postgres: OnceLock::new(), sqlite: OnceLock::new() }
    }

    fn text(&'static self, backend: DbBackend) -> &'static str {
        let cell = if backend == DbBackend::Postgres { &self.postgres } else { &self.sqlite };
        cell.get_or_init(|| framed(backend, &(self.plain)(backend)))
    }
}

fn framed(backend: DbBackend, plain: &str) -> String {
    if backend == DbBackend::Postgres {
        let plain = plain.replace("{tenant}", "said.who::uuid").replace("{own}", "(SELECT relance_tenant())");
        format!("{SAID}{} OFFSET 0) AS q", plain.replace("{everybody}", "said.who = '*'"))
    } else {
        plain.replace("{tenant}", "$1").replace("{own}", "$1").replace("{everybody}", "TRUE")
    }
}

/// What every connection to PostgreSQL begins with: planning a page anew costs more than reading it.
const OF_EACH: &str = "SET ROLE relance_app; SET plan_cache_mode = force_generic_plan";

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

    fn backend(&self) -> DbBackend {
        match self {
            Self::Postgres(_) => DbBackend::Postgres,
            Self::Sqlite(_) => DbBackend::Sqlite,
        }
    }

    /// The rows of a statement that reads for one tenant.
    ///
    /// # Errors
    /// The database's.
    pub(crate) async fn ask(&self, tenant: TenantId, question: &'static Question, args: &[Arg]) -> Result<Vec<Row>, StoreError> {
        self.run(question.text(self.backend()).into_sql_str(), Some(tenant), args).await
    }

    /// The same, where the text depends on what is asked.
    ///
    /// # Errors
    /// The database's.
    pub(crate) async fn ask_text(&self, tenant: TenantId, sql: &str, args: &[Arg]) -> Result<Vec<Row>, StoreError> {
        self.run(AssertSqlSafe(framed(self.backend(), sql)).into_sql_str(), Some(tenant), args).await
    }

    /// The rows of a statement that looks at all tenants.
    ///
    /// # Errors
    /// The database's.
    pub(crate) async fn ask_of_all(&self, question: &'static Question, args: &[Arg]) -> Result<Vec<Row>, StoreError> {
        self.run(question.text(self.backend()).into_sql_str(), None, args).await
    }

    async fn run(&self, sql: SqlStr, tenant: Option<TenantId>, args: &[Arg]) -> Result<Vec<Row>, StoreError> {
        match self {
            Self::Postgres(kept) => {
                of_postgres(kept, sql, &tenant.map_or_else(|| "*".to_owned(), |tenant| tenant.0.to_string()), args).await
            }
            Self::Sqlite(kept) => of_sqlite(kept, sql, tenant.map_or(Uuid::nil(), |tenant| tenant.0), args).await,
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

async fn of_postgres(kept: &Kept<PgConnection>, sql: SqlStr, who: &str, args: &[Arg]) -> Result<Vec<Row>, StoreError> {
    let mut lent = kept.take().await?;
    loop {
        if lent.is_new() {
            lent.connection().execute(OF_EACH).await.map_err(failed)?;
        }
        let asked = args.iter().fold(query(sql.clone()).bind(who), |query, arg| match arg {
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

async fn of_sqlite(kept: &Kept<SqliteConnection>, sql: SqlStr, who: Uuid, args: &[Arg]) -> Result<Vec<Row>, StoreError> {
    let mut lent = kept.take().await?;
    let asked = args.iter().fold(query(sql).bind(who), |query, arg| match arg {
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
