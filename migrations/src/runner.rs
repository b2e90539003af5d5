//! Runs the steps: all in one transaction of the caller, which holds the lock.

use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};

use crate::steps::{STEPS, Step};

const TABLE: &str = "relance_migration";

/// A step that is in the database.
pub type Applied = String;

/// Which steps are in the database and which are waiting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Names in the database, oldest first.
    pub applied: Vec<Applied>,
    /// Names that wait, oldest first.
    pub pending: Vec<&'static str>,
}

fn statements(step: &Step, backend: DbBackend) -> Vec<String> {
    let strip = |text: &str| text.lines().filter(|line| !line.trim_start().starts_with("--")).collect::<Vec<_>>().join("\n");
    let key = if backend == DbBackend::Sqlite { "BLOB" } else { "UUID" };
    let mut list: Vec<String> = strip(step.up).split(';').map(|sql| sql.replace(" UUID", &format!(" {key}"))).collect();
    // these hold functions and triggers with `;` inside, so they are cut at `--;` lines
    let own = if backend == DbBackend::Postgres { step.postgres } else { step.sqlite };
    list.extend(own.split("\n--;\n").map(strip));
    list.retain(|sql| !sql.trim().is_empty());
    list
}

async fn lock<C: ConnectionTrait>(c: &C) -> Result<(), DbErr> {
    if c.get_database_backend() == DbBackend::Postgres {
        c.execute_unprepared("SELECT pg_advisory_xact_lock(727100)").await?;
    }
    Ok(())
}

/// What is in the database; an empty database has nothing.
///
/// # Errors
/// The database's.
pub async fn status<C: ConnectionTrait>(c: &C) -> Result<Status, DbErr> {
    let exists = match c.get_database_backend() {
        DbBackend::Postgres => "SELECT 1 FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'relance_migration'",
        _ => "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'relance_migration'",
    };
    let backend = c.get_database_backend();
    let mut applied = Vec::new();
    if c.query_one_raw(Statement::from_string(backend, exists)).await?.is_some() {
        let rows = c.query_all_raw(Statement::from_string(backend, format!("SELECT name FROM {TABLE} ORDER BY name"))).await?;
        for row in rows {
            applied.push(row.try_get::<String>("", "name")?);
        }
    }
    let pending = STEPS.iter().map(|step| step.name).filter(|name| !applied.iter().any(|have| have == name)).collect();
    Ok(Status { applied, pending })
}

/// Applies what is pending. Call inside a transaction (SQLite: IMMEDIATE), so that two starts at once wait for each other.
///
/// # Errors
/// The database's; the caller rolls back.
pub async fn up<C: ConnectionTrait>(c: &C) -> Result<Vec<&'static str>, DbErr> {
    lock(c).await?;
    c.execute_unprepared(&format!("CREATE TABLE IF NOT EXISTS {TABLE} (name TEXT NOT NULL PRIMARY KEY)")).await?;
    let pending = status(c).await?.pending;
    for step in STEPS.iter().filter(|step| pending.contains(&step.name)) {
        for sql in statements(step, c.get_database_backend()) {
            c.execute_unprepared(&sql).await?;
        }
        let mark =
            Statement::from_sql_and_values(c.get_database_backend(), format!("INSERT INTO {TABLE} (name) VALUES ($1)"), [step.name.into()]);
        c.execute_raw(mark).await?;
    }
    Ok(pending)
}

/// Takes the newest applied step back.
///
/// # Errors
/// The database's; the caller rolls back.
pub async fn down<C: ConnectionTrait>(c: &C) -> Result<Option<&'static str>, DbErr> {
    lock(c).await?;
    let applied = status(c).await?.applied;
    let Some(step) = STEPS.iter().rev().find(|step| applied.iter().any(|name| name == step.name)) else {
        return Ok(None);
    };
    for sql in step.down.split(';') {
        c.execute_unprepared(sql).await?;
    }
    let unmark =
        Statement::from_sql_and_values(c.get_database_backend(), format!("DELETE FROM {TABLE} WHERE name = $1"), [step.name.into()]);
    c.execute_raw(unmark).await?;
    Ok(Some(step.name))
}
