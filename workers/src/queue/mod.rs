//! The engine under every worker, and the only place that names apalis: due rows of ours are claimed in
//! batches under a lease, worked by apalis workers, and given back when they fail or when we stop. The
//! rows are the memory; losing everything in here loses no work.

mod backend;
mod pulse;
mod run;
mod running;
#[cfg(test)]
mod tests;
mod vitals;

pub use pulse::{Agenda, DueTimes};
pub use running::{Queues, Running};

use std::{
    fmt::Display,
    future::Future,
    time::{Duration, Instant},
};

use tokio::sync::watch;

/// Log filter: the engine's own chatter about its workers stays away.
pub const QUIET: &str = "apalis_core=warn,apalis=warn";

/// What a queue's work fails with: said in the log, then the batch is given back for later.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct WorkError(String);

impl WorkError {
    /// A failure in words; must not carry an address, a number or a secret.
    pub fn new(words: impl Display) -> Self {
        Self(words.to_string())
    }
}

impl From<relance_store::StoreError> for WorkError {
    fn from(error: relance_store::StoreError) -> Self {
        Self::new(error)
    }
}

/// One kind of due rows, and what is done with them.
pub trait DueWork: Clone + Send + Sync + Unpin + 'static {
    /// A claimed row.
    type Item: Clone + Send + Sync + Unpin + 'static;

    /// Name in logs and metrics, and in [`DueTimes`].
    fn name(&self) -> &'static str;

    /// Leases at most `limit` due rows to `lease_by`, those with an expired lease included. Committed on return.
    fn claim(&self, lease_by: &str, limit: u32, lease: Duration) -> impl Future<Output = Result<Vec<Self::Item>, WorkError>> + Send;

    /// Prolongs the lease of those of `items` that still are `lease_by`'s; how many that were.
    fn extend(&self, lease_by: &str, items: &[Self::Item], lease: Duration) -> impl Future<Output = Result<u64, WorkError>> + Send;

    /// Gives those of `items` back that still are `lease_by`'s; nobody takes them before `after` has passed.
    fn give_back(&self, lease_by: &str, items: &[Self::Item], after: Duration) -> impl Future<Output = Result<(), WorkError>> + Send;

    /// Does the work. Its own transactions finish the rows, fenced by `batch.lease_by`.
    fn work(&self, batch: Batch<Self::Item>) -> impl Future<Output = Result<(), WorkError>> + Send;
}

/// Rows claimed together.
#[derive(Clone)]
pub struct Batch<I> {
    /// The rows.
    pub items: Vec<I>,
    /// Who holds their lease: one name per claim, so that a second claim of the same process is another holder.
    pub lease_by: String,
    /// When they were claimed.
    pub claimed: Instant,
    /// Long work looks here between commits and gives the rest back.
    pub stopping: Stopping,
}

/// Has the process been asked to stop?
#[derive(Clone)]
pub struct Stopping(watch::Receiver<bool>);

impl Stopping {
    /// Listens to `signal`.
    pub fn new(signal: watch::Receiver<bool>) -> Self {
        Self(signal)
    }

    /// Yes, it has.
    pub fn is_set(&self) -> bool {
        *self.0.borrow()
    }
}

/// How a queue is driven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Batches worked at the same time.
    pub concurrency: usize,
    /// Rows in a batch, at most.
    pub batch: u32,
    /// How long a claim holds without being prolonged.
    pub lease: Duration,
}
