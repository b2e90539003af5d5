//! What can go wrong between us and the database.

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database answered with an error or not at all.
    #[error("database: {0}")]
    Database(#[from] sea_orm::DbErr),
    /// A row that does not read as what it must be.
    #[error("row of {table} does not read: {detail}")]
    Inconsistent {
        /// Table.
        table: &'static str,
        /// What did not read.
        detail: String,
    },
    /// The object is not there, or belongs to another tenant.
    #[error("not found")]
    NotFound,
    /// Its state forbids the change.
    #[error("wrong state: {0}")]
    WrongState(String),
    /// It changed since it was read.
    #[error("precondition failed")]
    PreconditionFailed,
    /// A rule about what is stored refuses the change.
    #[error("{code} at {pointer}: {detail}")]
    Refused {
        /// From the closed list of problem codes.
        code: &'static str,
        /// JSON pointer into the request.
        pointer: String,
        /// What is wrong and what to do.
        detail: String,
    },
    /// The clock of a test tenant is on its way.
    #[error("the clock is advancing")]
    ClockAdvancing,
    /// The operator's key is not the one that this database's secrets were sealed with.
    #[error("this RELANCE_SECRET_KEY does not open the database's secrets: start with the key they were sealed with")]
    WrongSecretKey,
    /// A sealed value does not open with this key.
    #[error("sealed value does not open: wrong RELANCE_SECRET_KEY?")]
    Seal,
}

impl StoreError {
    /// A row of `table` that does not read.
    pub fn inconsistent(table: &'static str, detail: impl ToString) -> Self {
        Self::Inconsistent { table, detail: detail.to_string() }
    }

    /// A rule refuses the field at `pointer`.
    pub fn refused(code: &'static str, pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::Refused { code, pointer: pointer.into(), detail: detail.into() }
    }

    /// The same, where what was refused stands below `prefix` in the request.
    #[must_use]
    pub fn below(self, prefix: &str) -> Self {
        match self {
            Self::Refused { code, pointer, detail } => Self::Refused { code, pointer: format!("{prefix}{pointer}"), detail },
            other => other,
        }
    }

    /// May the same statement succeed a moment later? A lost connection, a full pool, a deadlock or a busy
    /// file may; a row that does not read and a violated constraint may not.
    pub fn is_transient(&self) -> bool {
        use sea_orm::{DbErr, RuntimeErr, sqlx};
        let Self::Database(error) = self else { return false };
        match error {
            DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => true,
            DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error)) => match &**error {
                sqlx::Error::Database(error) => error.code().is_some_and(|code| passes_by(&code)),
                error => matches!(
                    error,
                    sqlx::Error::Io(_)
                        | sqlx::Error::Tls(_)
                        | sqlx::Error::Protocol(_)
                        | sqlx::Error::PoolTimedOut
                        | sqlx::Error::PoolClosed
                ),
            },
            _ => false,
        }
    }
}

/// PostgreSQL: connection, rollback, resources, intervention, lock; SQLite: busy, locked, IO, full.
fn passes_by(code: &str) -> bool {
    let sqlite = code.parse::<i32>().is_ok_and(|code| code > 0 && code < 10_000 && matches!(code & 0xff, 5 | 6 | 10 | 13));
    sqlite || (code.len() == 5 && ["08", "40", "53", "57", "55P03"].iter().any(|class| code.starts_with(class)))
}
