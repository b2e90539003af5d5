//! How many messages are on their way at a time: calls in flight, and messages frozen for a call.
//!
//! What is frozen and not yet called is unknown after a crash, so little more is frozen than is called:
//! just the next batch, which is prepared while the calls of the last one wait for their answers.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Calls to providers at the same time, unless a setting says otherwise.
pub const CALLS: usize = 64;
/// Reminders of one transaction, at most.
const MOST_TOGETHER: usize = 128;

/// Lets so many through.
#[derive(Clone)]
pub(super) struct Gate {
    calls: Arc<Semaphore>,
    frozen: Arc<Semaphore>,
    /// Reminders prepared together, at most.
    pub together: usize,
}

/// Places for messages about to be frozen.
pub(super) struct Places(Option<OwnedSemaphorePermit>);

impl Gate {
    pub fn new(calls: usize) -> Self {
        let calls = calls.max(1);
        let together = batch(calls);
        Self { calls: Arc::new(Semaphore::new(calls)), frozen: Arc::new(Semaphore::new(calls + together)), together }
    }

    /// Waits until `count` more may be frozen.
    pub async fn places(&self, count: usize) -> Places {
        let count = u32::try_from(count.min(self.together)).unwrap_or(u32::MAX);
        // never closed; without places nothing would be held back, and nothing would go wrong
        Places(Arc::clone(&self.frozen).acquire_many_owned(count).await.ok())
    }

    /// Waits until one more may be called.
    pub async fn call(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.calls).acquire_owned().await.ok()
    }
}

impl Places {
    /// One of the places, for a message that is called.
    pub fn one(&mut self) -> Option<OwnedSemaphorePermit> {
        self.0.as_mut()?.split(1)
    }
}

/// Reminders in a batch when so many calls may be in flight: the next batch is then ready when this one's
/// answers come.
pub fn batch(calls: usize) -> usize {
    calls.clamp(1, MOST_TOGETHER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn no_more_is_frozen_than_the_calls_in_flight_and_one_batch() {
        let gate = Gate::new(4);
        let mut first = gate.places(4).await;
        let second = gate.places(4).await;
        let third = tokio::time::timeout(std::time::Duration::from_millis(20), gate.places(1)).await;
        assert!(third.is_err(), "eight are frozen");
        let called = first.one();
        drop(first); // three of the first batch need no call
        let third = gate.places(3).await;
        drop((called, second, third));
        assert_eq!(gate.frozen.available_permits(), 8);
    }
}
