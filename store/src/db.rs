//! Opening either database, and transactions that begin with a tenant.

use std::{str::FromStr, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use relance_domain::{clock::Clock, ids::TenantId};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, RuntimeErr,
    SqliteTransactionMode, TransactionOptions, TransactionTrait,
    sqlx::{
        ConnectOptions as _,
        postgres::PgConnectOptions,
        sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
    },
};
use tokio::sync::watch;

use crate::{StoreError, home::Home, reads::Readers, seal::Cipher, zones::Zones};

/// How PostgreSQL's administrator finds our connections.
const APPLICATION: &str = "relance";

/// A transaction of the caller; dropped without commit, it rolls back.
pub type Tx = DatabaseTransaction;

/// On whose behalf the database is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// One tenant: row-level security shows nothing else.
    Tenant(TenantId),
    /// Workers that claim due work of all tenants, key look-up, operators.
    System,
}

impl From<TenantId> for Scope {
    fn from(tenant: TenantId) -> Self {
        Self::Tenant(tenant)
    }
}

/// How to open a store.
#[derive(Clone)]
pub struct StoreConfig {
    /// `sqlite://path` or `postgres://…`.
    pub url: String,
    /// Seals secrets at rest: 32 bytes.
    pub secret_key: [u8; 32],
    /// Connections for transactions that read (SQLite), or for all transactions (PostgreSQL); half as many
    /// more for reads of one statement.
    pub connections: u32,
}

/// The store: one handle for the whole process.
#[derive(Clone)]
pub struct Store {
    write: DatabaseConnection,
    read: DatabaseConnection,
    readers: Arc<Readers>,
    home: Home,
    zones: Arc<Zones>,
    clock: Arc<dyn Clock>,
    pub(crate) cipher: Arc<Cipher>,
    /// Rung after every commit that may have made work due.
    wake: Arc<watch::Sender<u64>>,
    /// The process is about to stop.
    closing: Arc<watch::Sender<bool>>,
}

impl Store {
    /// Opens the database; creates the file on SQLite. Migrations are not run.
    ///
    /// # Errors
    /// When it does not open.
    pub async fn open(config: &StoreConfig, clock: Arc<dyn Clock>) -> Result<Self, StoreError> {
        let few = usize::try_from(config.connections / 2).unwrap_or_default().max(2);
        let (write, read, readers) = if config.url.starts_with("sqlite:") {
            let write = Database::connect(sqlite(&config.url, 1, false)).await?;
            let read = Database::connect(sqlite(&config.url, config.connections.max(1), true)).await?;
            (write, read, Readers::sqlite(tuned(parsed::<SqliteConnectOptions>(&config.url)?.disable_statement_logging(), true), few))
        } else {
            let pool = Database::connect(postgres(&config.url, config.connections.max(1))).await?;
            let options = parsed::<PgConnectOptions>(&config.url)?.application_name(APPLICATION).disable_statement_logging();
            (pool.clone(), pool, Readers::postgres(options, few))
        };
        let closing = Arc::new(watch::channel(false).0);
        let (cipher, wake) = (Arc::new(Cipher::new(&config.secret_key)), Arc::new(watch::channel(0).0));
        Ok(Self { write, read, readers: Arc::new(readers), home: Home::here(), zones: Arc::default(), clock, cipher, wake, closing })
    }

    /// Which database this is.
    pub fn backend(&self) -> DbBackend {
        self.write.get_database_backend()
    }

    /// Is this PostgreSQL?
    pub fn is_postgres(&self) -> bool {
        self.backend() == DbBackend::Postgres
    }

    /// Real time (a test tenant's own clock is [`crate::tenants::now`]).
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// The bell that workers sleep on: changes after every commit of this process.
    pub fn bell(&self) -> watch::Receiver<u64> {
        self.wake.subscribe()
    }

    /// Rings the bell: something may be due (said by another process).
    pub fn ring(&self) {
        self.wake.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Says that the process is about to stop: who waits for something to happen waits no longer.
    pub fn retire(&self) {
        self.closing.send_replace(true);
    }

    /// Becomes true when the process is about to stop.
    pub fn closing(&self) -> watch::Receiver<bool> {
        self.closing.subscribe()
    }

    /// A write transaction: IMMEDIATE on SQLite, where there is one writer; never hold it over network IO.
    ///
    /// # Errors
    /// The database's.
    pub async fn write(&self, scope: impl Into<Scope>) -> Result<Tx, StoreError> {
        let options = TransactionOptions { sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate), ..Default::default() };
        let tx = self.home.keep(self.write.begin_with_options(options)).await?;
        self.enter(&tx, scope.into()).await?;
        Ok(tx)
    }

    /// A transaction to read in: one consistent view.
    ///
    /// # Errors
    /// The database's.
    pub async fn read(&self, scope: impl Into<Scope>) -> Result<Tx, StoreError> {
        let tx = self.home.keep(self.read.begin()).await?;
        self.enter(&tx, scope.into()).await?;
        Ok(tx)
    }

    /// Connections for reads that are one statement.
    pub(crate) fn readers(&self) -> &Readers {
        &self.readers
    }

    /// Zones of tenants.
    pub(crate) fn zones(&self) -> &Zones {
        &self.zones
    }

    /// Commits and rings the bell.
    ///
    /// # Errors
    /// The database's: nothing happened then, or nobody knows (the connection was lost inside COMMIT).
    pub async fn commit(&self, tx: Tx) -> Result<(), StoreError> {
        tx.commit().await?;
        self.ring();
        Ok(())
    }

    /// On PostgreSQL: works under a role that is neither owner nor superuser, and says whose rows it wants.
    async fn enter(&self, tx: &Tx, scope: Scope) -> Result<(), StoreError> {
        if self.is_postgres() {
            let who = match scope {
                Scope::Tenant(tenant) => tenant.0.to_string(),
                Scope::System => "*".to_owned(),
            };
            let sql = format!("SELECT set_config('role', 'relance_app', true), set_config('relance.tenant_id', '{who}', true)");
            tx.execute_unprepared(&sql).await?;
        }
        Ok(())
    }

    /// Runs pending migrations under a lock; several processes may start at once.
    ///
    /// # Errors
    /// The database's; nothing is half done.
    pub async fn migrate_up(&self) -> Result<Vec<&'static str>, StoreError> {
        let tx = self.begin_schema().await?;
        let done = relance_migrations::up(&tx).await?;
        self.cipher.begin(&tx, self.now()).await?;
        tx.commit().await?;
        Ok(done)
    }

    /// Takes the newest migration back.
    ///
    /// # Errors
    /// The database's.
    pub async fn migrate_down(&self) -> Result<Option<&'static str>, StoreError> {
        let tx = self.begin_schema().await?;
        let done = relance_migrations::down(&tx).await?;
        tx.commit().await?;
        Ok(done)
    }

    /// Which migrations are applied and which wait.
    ///
    /// # Errors
    /// The database's.
    pub async fn migration_status(&self) -> Result<relance_migrations::Status, StoreError> {
        Ok(self.home.keep(relance_migrations::status(&self.write)).await?)
    }

    /// Does the operator's key open this database's secrets? Nothing is sealed or opened before that is sure.
    ///
    /// # Errors
    /// [`StoreError::WrongSecretKey`], or the database's.
    pub async fn unlock(&self) -> Result<(), StoreError> {
        let tx = self.read(Scope::System).await?;
        self.cipher.unlock(&tx).await?;
        Ok(tx.commit().await?)
    }

    pub(crate) async fn begin_schema(&self) -> Result<Tx, StoreError> {
        let options = TransactionOptions { sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate), ..Default::default() };
        Ok(self.home.keep(self.write.begin_with_options(options)).await?)
    }

    /// One statement without effect: is the database there?
    ///
    /// # Errors
    /// The database's.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.home.keep(self.read.execute_unprepared("SELECT 1")).await?;
        Ok(())
    }

    /// Writes a consistent copy of the SQLite database to `file`, which must not exist, while it is used.
    ///
    /// # Errors
    /// The database's; PostgreSQL has its own tools.
    pub async fn copy_to(&self, file: &std::path::Path) -> Result<(), StoreError> {
        if self.is_postgres() {
            return Err(StoreError::WrongState("only a SQLite database is copied this way".to_owned()));
        }
        let quoted = file.display().to_string().replace('\'', "''");
        self.write.execute_unprepared(&format!("VACUUM INTO '{quoted}'")).await?;
        Ok(())
    }

    /// Closes the pools.
    ///
    /// # Errors
    /// The database's.
    pub async fn close(self) -> Result<(), StoreError> {
        self.readers.close().await;
        self.read.close_by_ref().await?;
        self.write.close_by_ref().await?;
        Ok(())
    }
}

fn options(url: &str, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(url.to_owned());
    options.sqlx_logging(false).max_connections(connections).min_connections(1).acquire_timeout(Duration::from_secs(10));
    options
}

fn parsed<T: FromStr<Err = sea_orm::sqlx::Error>>(url: &str) -> Result<T, StoreError> {
    url.parse().map_err(|error: sea_orm::sqlx::Error| StoreError::Database(DbErr::Conn(RuntimeErr::SqlxError(error.into()))))
}

fn postgres(url: &str, connections: u32) -> ConnectOptions {
    let mut options = options(url, connections);
    // asked whether it is there only when it was not used for a moment: the question is a round trip
    options
        .set_application_name(APPLICATION)
        .idle_timeout(Duration::from_secs(600))
        .test_before_acquire_if_idle_for(Duration::from_secs(1));
    options
}

fn sqlite(url: &str, connections: u32, read_only: bool) -> ConnectOptions {
    let mut options = options(url, connections);
    // a file does not go away
    options.map_sqlx_sqlite_opts(move |sqlite| tuned(sqlite, read_only)).test_before_acquire(false);
    options
}

fn tuned(sqlite: SqliteConnectOptions, read_only: bool) -> SqliteConnectOptions {
    sqlite
        .create_if_missing(!read_only)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full) // money: the last commit survives a power cut
        .busy_timeout(Duration::from_secs(5))
        .foreign_keys(true)
        .pragma("cache_size", "-8000")
        .pragma("temp_store", "MEMORY")
        .pragma("wal_autocheckpoint", "4000")
        .pragma("journal_size_limit", "67108864")
        .pragma("query_only", if read_only { "ON" } else { "OFF" })
}
