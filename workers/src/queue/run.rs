//! One batch from its start to its end: fence, lease kept alive, panic caught, failure given back.

use std::{any::Any, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures::FutureExt;
use tokio::time::MissedTickBehavior;

use super::{Batch, DueWork, WorkError, vitals::Vitals};

/// Longest pause before a failed batch is tried again.
const LONGEST: Duration = Duration::from_secs(60);

/// Half a second, doubled with each failure in a row, a minute at most.
pub(super) fn backoff(failures: u32) -> Duration {
    Duration::from_millis(500).saturating_mul(1 << failures.saturating_sub(1).min(10)).min(LONGEST)
}

/// Works `batch`. Never fails: what went wrong is logged once and the rows come again later.
pub(super) async fn batch<W: DueWork>(work: W, batch: Batch<W::Item>, lease: Duration, vitals: Arc<Vitals>) {
    let _running = vitals.start_batch();
    if batch.stopping.is_set() {
        // who stops waits for what he sees running: this begins after he looked, or he waits for it in vain
        return give_back(&work, &batch.lease_by, &batch.items, Duration::ZERO).await;
    }
    if batch.claimed.elapsed() > lease / 3 && !still_ours(&work, &batch, lease).await {
        return;
    }
    let begun = tokio::time::Instant::now();
    let done = tokio::select! {
        done = AssertUnwindSafe(work.work(batch.clone())).catch_unwind() => done,
        // beside the work, not between its polls: the work may hold the one writer that the lease needs
        never = keep(&work, &batch, lease) => match never {},
    };
    metrics::histogram!("relance_queue_batch_seconds", "queue" => work.name()).record(begun.elapsed().as_secs_f64());
    match done.unwrap_or_else(|panic| Err(WorkError::new(format_args!("panic: {}", words(&*panic))))) {
        Ok(()) => vitals.succeeded(),
        Err(error) => {
            let pause = backoff(vitals.failed());
            metrics::counter!("relance_queue_failures_total", "queue" => work.name()).increment(1);
            tracing::error!(queue = work.name(), rows = batch.items.len(), ?pause, %error, "batch failed");
            give_back(&work, &batch.lease_by, &batch.items, pause).await;
        }
    }
}

/// Gives rows back; when even that fails, their lease runs out by itself.
pub(super) async fn give_back<W: DueWork>(work: &W, lease_by: &str, items: &[W::Item], after: Duration) {
    if items.is_empty() {
        return;
    }
    let given = tokio::time::timeout(Duration::from_secs(5), work.give_back(lease_by, items, after)).await;
    if let Ok(Err(error)) = given {
        tracing::warn!(queue = work.name(), %error, "rows not given back: their lease runs out by itself");
    }
}

async fn still_ours<W: DueWork>(work: &W, batch: &Batch<W::Item>, lease: Duration) -> bool {
    match work.extend(&batch.lease_by, &batch.items, lease).await {
        Ok(0) => {
            tracing::warn!(queue = work.name(), "lease lost before the start");
            false
        }
        Ok(_) => true,
        Err(error) => {
            tracing::warn!(queue = work.name(), %error, "lease not confirmed, batch left");
            false
        }
    }
}

async fn keep<W: DueWork>(work: &W, batch: &Batch<W::Item>, lease: Duration) -> std::convert::Infallible {
    let mut beat = tokio::time::interval_at(tokio::time::Instant::now() + lease / 3, lease / 3);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        beat.tick().await;
        match work.extend(&batch.lease_by, &batch.items, lease).await {
            Ok(0) => tracing::debug!(queue = work.name(), "no row is ours any more: finished or lost"),
            Ok(_) => {}
            Err(error) => tracing::warn!(queue = work.name(), %error, "lease not prolonged"),
        }
    }
}

fn words(panic: &(dyn Any + Send)) -> &str {
    panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no words")
}
