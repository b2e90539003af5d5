//! Signs of life of one worker, for the watchdog.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use tokio::sync::Notify;

/// What the watchdog knows of a worker.
pub(super) struct Vitals {
    /// Queue.
    pub queue: &'static str,
    concurrency: usize,
    started: Instant,
    polled: AtomicU64,
    running: AtomicUsize,
    ended: Notify,
    stalled: AtomicBool,
    failures: AtomicU32,
}

impl Vitals {
    pub fn new(queue: &'static str, concurrency: usize) -> Self {
        Self {
            queue,
            concurrency,
            started: Instant::now(),
            polled: AtomicU64::new(0),
            running: AtomicUsize::new(0),
            ended: Notify::new(),
            stalled: AtomicBool::new(false),
            failures: AtomicU32::new(0),
        }
    }

    /// The worker asked for work.
    pub fn polled(&self) {
        self.polled.store(self.millis(), Relaxed);
    }

    /// It has not asked for longer than `limit` although it has a free slot.
    pub fn is_stalled(&self, limit: Duration) -> bool {
        let quiet = self.millis().saturating_sub(self.polled.load(Relaxed));
        self.running.load(Relaxed) < self.concurrency && u128::from(quiet) > limit.as_millis()
    }

    /// Says to the worker that it is to end, and be started anew.
    pub fn give_up(&self) {
        self.stalled.store(true, Relaxed);
        self.polled();
    }

    /// Was it told to end? Said once.
    pub fn take_stalled(&self) -> bool {
        self.stalled.swap(false, Relaxed)
    }

    /// A batch runs until the guard is dropped.
    pub fn start_batch(self: &Arc<Self>) -> RunningBatch {
        self.running.fetch_add(1, Relaxed);
        RunningBatch(Arc::clone(self))
    }

    /// Waits until no batch runs.
    pub async fn quiet(&self) {
        loop {
            let mut ended = std::pin::pin!(self.ended.notified());
            ended.as_mut().enable(); // what ends between the look and the wait is heard
            if self.running.load(Relaxed) == 0 {
                return;
            }
            ended.await;
        }
    }

    /// Another failure in a row; how many there are now.
    pub fn failed(&self) -> u32 {
        self.failures.fetch_add(1, Relaxed).saturating_add(1)
    }

    /// No failure any more.
    pub fn succeeded(&self) {
        self.failures.store(0, Relaxed);
    }

    fn millis(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// Counts a batch as running while it lives.
pub(super) struct RunningBatch(Arc<Vitals>);

impl Drop for RunningBatch {
    fn drop(&mut self) {
        self.0.polled(); // free from here on, and not quiet since long
        self.0.running.fetch_sub(1, Relaxed);
        self.0.ended.notify_waiters();
    }
}
