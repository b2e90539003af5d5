//! One file a command.

pub mod audit;
pub mod backup;
pub mod demo;
pub mod doctor;
pub mod key;
pub mod migrate;
pub mod openapi;
pub mod rates;
pub mod secrets;
pub mod serve;
pub mod tenant;

use std::sync::Arc;

use anyhow::Context;
use relance_store::{Store, StoreConfig, audit::Who};

use crate::{cli::DatabaseArgs, clock::SystemClock, secrets::key};

/// Connections of a process: for reading on SQLite, in all on PostgreSQL.
const CONNECTIONS: u32 = 10;

/// Opens the store; migrations are not run.
pub async fn open(database: &DatabaseArgs) -> anyhow::Result<Store> {
    let url = &database.database_url;
    let config = StoreConfig { url: url.clone(), secret_key: key(database.secret_key.as_deref(), url)?, connections: CONNECTIONS };
    Store::open(&config, Arc::new(SystemClock)).await.with_context(|| format!("the database {} does not open", without_password(url)))
}

/// Opens the store for a command that works on data: on SQLite the schema is brought up to date first.
pub async fn open_current(database: &DatabaseArgs) -> anyhow::Result<Store> {
    let store = open(database).await?;
    if !store.is_postgres() {
        store.migrate_up().await?;
    }
    let pending = store.migration_status().await?.pending;
    anyhow::ensure!(pending.is_empty(), "migrations wait ({}): run `relance migrate up`", pending.join(", "));
    store.unlock().await?;
    Ok(store)
}

/// Who the audit log says ran a command.
pub fn by_hand() -> Who {
    Who { kind: "cli", id: std::env::var("USER").ok().filter(|name| !name.is_empty()), ..Who::default() }
}

/// A URL fit to be shown.
fn without_password(url: &str) -> String {
    match (url.find("://"), url.rfind('@')) {
        (Some(scheme), Some(at)) if at > scheme => {
            let user = url.get(scheme + 3..at).and_then(|login| login.split(':').next()).unwrap_or_default();
            format!("{}{user}{}", url.get(..scheme + 3).unwrap_or_default(), url.get(at..).unwrap_or_default())
        }
        _ => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_password_is_never_shown() {
        assert_eq!(super::without_password("postgres://me:secret@db/relance"), "postgres://me@db/relance");
        assert_eq!(super::without_password("sqlite://./relance.db"), "sqlite://./relance.db");
    }
}
