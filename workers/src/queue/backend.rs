//! An apalis backend over our rows: claims a batch when a slot is free and the pulse says that work is due.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use apalis_core::{
    backend::{Backend, BackendConfig, finalize::Ephemeral},
    task::{Task, builder::TaskBuilder},
    worker::context::WorkerContext,
};
use futures::{FutureExt, future::BoxFuture};
use tokio::{sync::watch, task::JoinHandle};
use tower::layer::util::Identity;
use uuid::Uuid;

use super::{Batch, DueWork, Pace, Stopping, WorkError, pulse::Tidings, run, vitals::Vitals};

/// A claim that takes longer is given up; if it committed after all, its leases run out.
pub(super) const CLAIM_LIMIT: Duration = Duration::from_secs(10);

/// What a queue's worker is made of.
#[derive(Clone)]
pub(super) struct Parts<W> {
    pub work: W,
    pub pace: Pace,
    pub worker: String,
    pub vitals: Arc<Vitals>,
    pub tidings: watch::Receiver<Tidings>,
    /// Asks the pulse for another look.
    pub ask: Arc<watch::Sender<u64>>,
    pub stopping: Stopping,
}

/// The watchdog gave this worker up; another takes its place.
#[derive(Debug, thiserror::Error)]
#[error("the worker had not asked for work for too long")]
pub(super) struct Stalled;

struct Claimed<I> {
    lease_by: String,
    rows: Result<Vec<I>, WorkError>,
}

impl<I> Claimed<I> {
    fn failed(words: impl std::fmt::Display) -> Self {
        Self { lease_by: String::new(), rows: Err(WorkError::new(words)) }
    }
}

/// A claim runs by itself: it may hold the database's one writer, and a worker that stops asks for no more rows
/// before its work, which may wait for that writer, has ended.
struct Claim<I>(JoinHandle<Claimed<I>>);

impl<I> Future for Claim<I> {
    type Output = Claimed<I>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Claimed<I>> {
        Pin::new(&mut self.0).poll(cx).map(|ended| ended.unwrap_or_else(Claimed::failed))
    }
}

impl<I> Drop for Claim<I> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The backend of one queue.
pub(super) struct Rows<W: DueWork> {
    parts: Parts<W>,
    /// Round of the look that led to the last claim.
    seen: u64,
    wait: Option<BoxFuture<'static, u64>>,
    claim: Option<Claim<W::Item>>,
    close: Option<BoxFuture<'static, ()>>,
    /// The last claim was full: more is due.
    more: bool,
    /// Claims in a row that failed, or found nothing although something was due.
    vain: u32,
}

impl<W: DueWork> Rows<W> {
    pub fn new(parts: Parts<W>) -> Self {
        Self { parts, seen: 0, wait: None, claim: None, close: None, more: false, vain: 0 }
    }

    fn start_claim(&mut self) {
        let Parts { work, pace, worker, .. } = self.parts.clone();
        self.claim = Some(Claim(tokio::spawn(async move {
            let lease_by = format!("{worker}#{}", Uuid::now_v7().simple());
            let claim = work.claim(&lease_by, pace.batch, pace.lease);
            let rows = tokio::time::timeout(CLAIM_LIMIT, claim).await;
            Claimed { rows: rows.unwrap_or_else(|_| Err(WorkError::new("no answer in time"))), lease_by }
        })));
    }

    /// Sleeps until a look younger than the last claim finds work due.
    fn start_wait(&mut self) {
        let pause = if self.vain == 0 { Duration::ZERO } else { run::backoff(self.vain) / 8 };
        let (mut tidings, queue, seen) = (self.parts.tidings.clone(), self.parts.work.name(), self.seen);
        self.wait = Some(
            async move {
                if !pause.is_zero() {
                    tokio::time::sleep(pause).await;
                }
                loop {
                    {
                        let last = tidings.borrow_and_update();
                        if let Some(lag) = last.due_for(queue).filter(|_| last.round > seen) {
                            metrics::histogram!("relance_queue_lag_seconds", "queue" => queue).record(lag.as_secs_f64());
                            return last.round;
                        }
                    }
                    if tidings.changed().await.is_err() {
                        std::future::pending::<()>().await; // the process ends
                    }
                }
            }
            .boxed(),
        );
    }

    fn claimed(&mut self, claimed: Claimed<W::Item>) -> Option<Task<Batch<W::Item>>> {
        let after_full = std::mem::replace(&mut self.more, false);
        let queue = self.parts.work.name();
        match claimed.rows {
            Ok(items) if items.is_empty() => {
                // after a full claim: the full one took the last rows; else: somebody was faster
                self.vain = if after_full { 0 } else { self.vain.saturating_add(1) };
                None
            }
            Ok(items) => {
                metrics::counter!("relance_queue_claimed_total", "queue" => queue).increment(items.len() as u64);
                self.vain = 0;
                self.more = items.len() as u64 >= u64::from(self.parts.pace.batch);
                self.parts.ask.send_modify(|count| *count = count.wrapping_add(1));
                let stopping = self.parts.stopping.clone();
                Some(TaskBuilder::new(Batch { items, lease_by: claimed.lease_by, claimed: Instant::now(), stopping }).build())
            }
            Err(error) => {
                if self.vain == 0 {
                    tracing::warn!(queue, %error, "claim failed");
                }
                self.vain = self.vain.saturating_add(1);
                self.seen = 0; // what is due is still due
                None
            }
        }
    }
}

impl<W: DueWork> Backend for Rows<W> {
    type Task = Task<Batch<W::Item>>;
    type Error = Stalled;

    fn poll_ready(&mut self, _: &mut Context<'_>, _: &WorkerContext) -> Poll<Result<(), Stalled>> {
        if self.parts.vitals.take_stalled() { Poll::Ready(Err(Stalled)) } else { Poll::Ready(Ok(())) }
    }

    fn poll_next(&mut self, cx: &mut Context<'_>, _: &WorkerContext) -> Poll<Option<Result<Self::Task, Stalled>>> {
        self.parts.vitals.polled();
        loop {
            if let Some(claim) = self.claim.as_mut() {
                let Poll::Ready(claimed) = claim.poll_unpin(cx) else { return Poll::Pending };
                self.claim = None;
                if let Some(task) = self.claimed(claimed) {
                    return Poll::Ready(Some(Ok(task)));
                }
            }
            if self.more && self.wait.is_none() {
                self.start_claim();
                continue;
            }
            if self.wait.is_none() {
                self.start_wait();
            }
            if let Some(wait) = self.wait.as_mut() {
                let Poll::Ready(round) = wait.poll_unpin(cx) else { return Poll::Pending };
                self.wait = None;
                self.seen = round;
                self.start_claim();
            }
        }
    }

    fn poll_close(&mut self, cx: &mut Context<'_>, _: &WorkerContext) -> Poll<Result<(), Stalled>> {
        self.wait = None;
        let claim = self.claim.take();
        let work = self.parts.work.clone();
        let close = self.close.get_or_insert_with(|| {
            async move {
                // a claim under way may already have committed: let it end, then give it all back
                let Some(claim) = claim else { return };
                let claimed = claim.await;
                if let Ok(items) = claimed.rows {
                    run::give_back(&work, &claimed.lease_by, &items, Duration::ZERO).await;
                }
            }
            .boxed()
        });
        close.poll_unpin(cx).map(Ok)
    }
}

impl<W: DueWork> BackendConfig for Rows<W> {
    type Args = Batch<W::Item>;
    type Id = Uuid;
    type Kind = Ephemeral;
    type Config = Pace;
    type Layer = Identity;

    fn config(&self) -> &Pace {
        &self.parts.pace
    }

    fn middleware(&mut self, _: &mut WorkerContext) -> Identity {
        Identity::new()
    }
}
