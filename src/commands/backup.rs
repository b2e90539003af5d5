//! `relance backup FILE`: a consistent copy of the SQLite database while it runs.

use std::path::Path;

use crate::cli::DatabaseArgs;

pub async fn run(database: &DatabaseArgs, file: &Path) -> anyhow::Result<()> {
    anyhow::ensure!(database.database_url.starts_with("sqlite:"), "PostgreSQL has its own tools: pg_dump, pg_basebackup");
    anyhow::ensure!(!file.exists(), "{} exists: name a file that does not", file.display());
    let store = super::open(database).await?;
    store.copy_to(file).await?;
    println!("copied to {}; keep the .key file of the database with it", file.display());
    Ok(store.close().await?)
}
