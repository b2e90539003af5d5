//! Connections that are kept open, without the questions that a pool asks them when they are lent and given back.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use sea_orm::{
    ConnAcquireErr, DbErr, RuntimeErr,
    sqlx::{ConnectOptions, Connection, Error},
};
use tokio::sync::{Semaphore, SemaphorePermit};

use super::failed;
use crate::{StoreError, home::Home};

/// How long somebody waits for a connection.
const PATIENCE: Duration = Duration::from_secs(10);
/// A connection not needed for so long is closed.
const IDLE: Duration = Duration::from_secs(600);

/// Connections of one kind, the last used first.
pub(crate) struct Kept<C: Connection> {
    options: C::Options,
    home: Home,
    places: Semaphore,
    idle: Mutex<Vec<(C, Instant)>>,
}

impl<C: Connection> Kept<C> {
    /// None is open yet, `most` at the most.
    pub(crate) fn new(options: C::Options, most: usize) -> Self {
        Self { options, home: Home::here(), places: Semaphore::new(most), idle: Mutex::new(Vec::new()) }
    }

    /// A connection that nobody else uses.
    ///
    /// # Errors
    /// When none is free in time, or none can be made.
    pub(crate) async fn take(&self) -> Result<Lent<'_, C>, StoreError> {
        let place = match self.places.try_acquire() {
            Ok(place) => place,
            Err(_) => {
                let waited = tokio::time::timeout(PATIENCE, self.places.acquire()).await;
                waited.ok().and_then(Result::ok).ok_or(StoreError::Database(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)))?
            }
        };
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        match idle {
            Some((connection, _)) => Ok(Lent { kept: self, connection, new: false, place }),
            None => self.make(place).await,
        }
    }

    async fn make<'a>(&'a self, place: SemaphorePermit<'a>) -> Result<Lent<'a, C>, StoreError> {
        let made = self.home.keep(self.options.connect()).await;
        let connection = made.map_err(|error| StoreError::Database(DbErr::Conn(RuntimeErr::SqlxError(error.into()))))?;
        Ok(Lent { kept: self, connection, new: true, place })
    }

    /// Closes the idle ones; what is lent is closed when it is dropped.
    pub(crate) async fn close(&self) {
        self.places.close();
        let idle = std::mem::take(&mut *self.idle.lock().unwrap_or_else(PoisonError::into_inner));
        for (connection, _) in idle {
            if let Err(error) = connection.close().await {
                tracing::debug!(error = %error, "a connection did not close");
            }
        }
    }
}

/// A connection in use. Dropped without being given back it is closed: nobody knows what it is in the middle of.
pub(crate) struct Lent<'a, C: Connection> {
    kept: &'a Kept<C>,
    connection: C,
    new: bool,
    place: SemaphorePermit<'a>,
}

impl<'a, C: Connection> Lent<'a, C> {
    /// The connection.
    pub(crate) fn connection(&mut self) -> &mut C {
        &mut self.connection
    }

    /// Was it made just now?
    pub(crate) fn is_new(&self) -> bool {
        self.new
    }

    /// Keeps it for the next one.
    pub(crate) fn give_back(self) {
        let now = Instant::now();
        let mut idle = self.kept.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|(_, since)| now.saturating_duration_since(*since) < IDLE);
        if !self.kept.places.is_closed() {
            idle.push((self.connection, now));
        }
    }

    /// After `error`: a new connection, if the one kept had been lost meanwhile.
    ///
    /// # Errors
    /// `error` itself when it is another, or when the connection was new.
    pub(crate) async fn another(self, error: Error) -> Result<Self, StoreError> {
        let lost = match &error {
            Error::Io(_) | Error::Protocol(_) | Error::Tls(_) | Error::WorkerCrashed => true,
            // 57P01 to 57P05: the server ended the session
            Error::Database(error) => error.code().is_some_and(|code| code.starts_with("57P")),
            _ => false,
        };
        if !lost || self.new {
            return Err(failed(error));
        }
        let Self { kept, connection, place, .. } = self;
        drop(connection);
        // the others were lost with it
        kept.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
        kept.make(place).await
    }
}
