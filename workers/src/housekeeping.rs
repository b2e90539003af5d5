//! Every minute what is kept for a time only is forgotten in batches; every few seconds sends that nobody
//! will end are settled, and keys that end soon and facts that wait for long
//! are told of. Leases that ran out need no keeping: the next claim takes them.

use std::time::Duration;

use relance_store::{
    Store, StoreError,
    dunning::{receipts, sending},
    forget, keys, parked, webhooks,
};
use tokio::{sync::watch, time::MissedTickBehavior};

const EVERY: Duration = Duration::from_secs(60);
/// How soon a send whose sender died is found out.
const STUCK_EVERY: Duration = Duration::from_secs(10);
/// Rows in one short transaction.
const BATCH: u32 = 1_000;
/// Batches in a minute, so that forgetting a lot does not crowd out the work.
const MOST_BATCHES: u32 = 50;
/// Every so many minutes, and at the start, all that is kept is looked through.
const THOROUGH_EVERY: u32 = 60;

/// Keeps house until `stopping` says so.
pub async fn keep(store: Store, mut stopping: watch::Receiver<bool>) {
    let ends = stopping.clone();
    let mut beat = tokio::time::interval(EVERY);
    let mut stuck = tokio::time::interval(STUCK_EVERY);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    stuck.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut minutes: u32 = 0;
    loop {
        let sweeps = tokio::select! {
            _ = stopping.wait_for(|stop| *stop) => return,
            _ = beat.tick() => true,
            _ = stuck.tick() => false,
        };
        if !sweeps {
            settle_stuck(&store).await;
            foretell(&store).await;
            match_receipts(&store).await;
            continue;
        }
        if let Err(error) = sweep(&store, &ends, minutes.is_multiple_of(THOROUGH_EVERY)).await {
            tracing::warn!(%error, "housekeeping failed, tried again in a minute");
        }
        minutes = minutes.wrapping_add(1);
    }
}

/// Receipts that came before their messages were known to have left.
async fn match_receipts(store: &Store) {
    let matched = async {
        for tenant in receipts::waiting(store).await? {
            receipts::match_early(store, tenant).await?;
        }
        Ok::<(), StoreError>(())
    };
    if let Err(error) = matched.await {
        tracing::warn!(%error, "early receipts not matched, tried again soon");
    }
}

async fn settle_stuck(store: &Store) {
    match sending::reap_stuck(store, u64::from(BATCH)).await {
        Ok(0) => {}
        Ok(reminders) => tracing::warn!(reminders, "nobody knows whether these reminders left: their sender died"),
        Err(error) => tracing::warn!(%error, "lost sends not settled, tried again soon"),
    }
}

async fn foretell(store: &Store) {
    if let Err(error) = keys::tell_expiring(store, BATCH).await {
        tracing::warn!(%error, "keys that end soon not told of, tried again soon");
    }
    if let Err(error) = parked::tell_waiting(store, BATCH).await {
        tracing::warn!(%error, "facts that wait for long not told of, tried again soon");
    }
}

async fn sweep(store: &Store, stopping: &watch::Receiver<bool>, thorough: bool) -> Result<(), StoreError> {
    for _ in 0..MOST_BATCHES {
        if *stopping.borrow() {
            return Ok(());
        }
        let swept = webhooks::sweep(store, BATCH, thorough).await?;
        let forgotten = forget::sweep(store, BATCH).await?;
        let rows = swept.events + swept.contents + swept.deliveries + swept.attempts + forgotten;
        metrics::counter!("relance_rows_forgotten_total").increment(rows);
        if swept.is_empty() && forgotten < u64::from(BATCH) {
            return Ok(());
        }
        tokio::task::yield_now().await;
    }
    Ok(())
}
