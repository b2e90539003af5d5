//! The bell between processes: PostgreSQL's LISTEN and NOTIFY. It is only ever a hint; whoever misses it
//! finds the work at its next poll.

use std::time::Duration;

use sea_orm::{ConnectionTrait, DbBackend, sqlx::postgres::PgListener};

use crate::{Store, StoreError};

const CHANNEL: &str = "relance_due";
const PAUSE: Duration = Duration::from_secs(2);

/// Says to other processes, when the transaction commits, that something is due now. Said more than once
/// in a transaction, it is heard once. Nothing on SQLite, which has one process.
///
/// # Errors
/// The database's.
pub(crate) async fn say<C: ConnectionTrait>(c: &C) -> Result<(), StoreError> {
    if c.get_database_backend() == DbBackend::Postgres {
        c.execute_unprepared("NOTIFY relance_due").await?;
    }
    Ok(())
}

/// Rings the store's bell whenever another process of the database at `url` says that something is due.
/// Does not return; a lost connection is made anew.
pub async fn listen(url: &str, store: &Store) {
    let mut failing = false;
    loop {
        match hear(url, store, &mut failing).await {
            Ok(never) => match never {},
            Err(error) if !failing => {
                tracing::warn!(%error, "cannot listen for work of other processes: found by polling meanwhile");
                failing = true;
            }
            Err(_) => {}
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn hear(url: &str, store: &Store, failing: &mut bool) -> Result<std::convert::Infallible, sea_orm::sqlx::Error> {
    let mut listener = PgListener::connect(url).await?;
    listener.listen(CHANNEL).await?;
    *failing = false;
    loop {
        // whatever was said while the connection was lost is caught up by one ring
        listener.try_recv().await?;
        store.ring();
    }
}
