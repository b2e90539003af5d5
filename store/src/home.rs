//! The runtime that connections live in.
//!
//! A connection is bound to the runtime that it was opened in: its socket wakes through that runtime, and is dead once
//! it ends. The threads that serve HTTP have runtimes of their own, which end first at a stop, while workers still
//! write what became of messages that left. So connections are opened where the store was opened, whoever asks.

use std::{
    future::poll_fn,
    pin::{Pin, pin},
};

use tokio::runtime::Handle;

/// The runtime that the store was opened in.
#[derive(Debug, Clone)]
pub(crate) struct Home(Handle);

impl Home {
    /// The current one.
    pub(crate) fn here() -> Self {
        Self(Handle::current())
    }

    /// Does `work`, which may open connections: they belong to this runtime. The caller's thread does it.
    pub(crate) async fn keep<F: Future>(&self, work: F) -> F::Output {
        let mut work = pin!(work);
        poll_fn(|context| {
            let _inside = self.0.enter();
            Pin::as_mut(&mut work).poll(context)
        })
        .await
    }
}
