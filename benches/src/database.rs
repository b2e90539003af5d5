//! The product's database, looked into from the side: the truth behind the figures.

use std::path::PathBuf;

use anyhow::Result;

use crate::{context::Bench, postgres};

/// Where the product keeps its rows.
#[derive(Debug, Clone)]
pub enum Db {
    Postgres(String),
    Sqlite(PathBuf),
}

impl Db {
    pub async fn postgres(bench: &Bench, name: &str) -> Result<Self> {
        Ok(Self::Postgres(bench.cluster()?.database(name).await?))
    }

    pub fn sqlite(name: &str) -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("relance-bench-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        Ok(Self::Sqlite(folder.join("relance.db")))
    }

    pub fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    pub fn name(&self) -> &'static str {
        if self.is_postgres() { "PostgreSQL" } else { "SQLite" }
    }

    pub fn url(&self) -> String {
        match self {
            Self::Postgres(url) => url.clone(),
            Self::Sqlite(path) => format!("sqlite://{}", path.display()),
        }
    }

    /// A look past the product, kept open so that looking often costs little.
    pub async fn look(&self) -> Result<Look> {
        Ok(match self {
            Self::Postgres(url) => Look::Postgres(postgres::connect(url).await?),
            Self::Sqlite(path) => {
                let conn = rusqlite::Connection::open_with_flags(path, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY)?;
                conn.busy_timeout(std::time::Duration::from_secs(5))?;
                Look::Sqlite(conn)
            }
        })
    }

    /// One number, read past the product.
    pub async fn count(&self, sql: &str) -> Result<u64> {
        self.look().await?.count(sql).await
    }

    /// Lets PostgreSQL count rows that came within seconds, as it does by itself every minute.
    pub async fn analyze(&self) -> Result<()> {
        if let Self::Postgres(url) = self {
            postgres::connect(url).await?.batch_execute("ANALYZE").await?;
        }
        Ok(())
    }

    pub async fn remove(self, bench: &Bench) -> Result<()> {
        match self {
            Self::Postgres(url) => bench.cluster()?.drop(&url).await,
            Self::Sqlite(path) => Ok(path.parent().map_or(Ok(()), std::fs::remove_dir_all)?),
        }
    }
}

/// An open connection beside the product's.
pub enum Look {
    Postgres(tokio_postgres::Client),
    Sqlite(rusqlite::Connection),
}

impl Look {
    /// One number.
    pub async fn count(&self, sql: &str) -> Result<u64> {
        let found: i64 = match self {
            Self::Postgres(client) => client.query_one(sql, &[]).await?.get(0),
            Self::Sqlite(conn) => conn.query_row(sql, [], |row| row.get(0))?,
        };
        Ok(u64::try_from(found)?)
    }
}
