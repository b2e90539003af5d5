//! The engine of a process: the queues over all due rows, housekeeping, and the bell between processes.

#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use relance_store::{Store, due, listen, webhooks::Lane};
use tokio::{sync::watch, task::JoinSet};

use crate::{
    clock::Clocks,
    evaluate::Looks,
    housekeeping,
    inbox::{Inbox, Translator},
    letters::Letters,
    notices::{Herald, Notices},
    outgoing::{Courier, Deliveries, Sender, Sends},
    queue::{Agenda, DueTimes, Pace, Queues, Running, WorkError},
    sending::{CALLS, batch},
};

/// Longest time that a stop takes.
const LONGEST_STOP: Duration = Duration::from_secs(19);

/// What the engine works with.
#[derive(Clone)]
pub struct EngineConfig {
    /// Sends reminders.
    pub sender: Arc<dyn Sender>,
    /// Posts webhook deliveries.
    pub courier: Arc<dyn Courier>,
    /// Sends mails to tenants themselves.
    pub herald: Arc<dyn Herald>,
    /// Translates webhooks of sources.
    pub translator: Arc<dyn Translator>,
    /// Where to listen for work that other processes make due: PostgreSQL's URL; `None` on SQLite.
    pub listen_url: Option<String>,
    /// Batches at the same time, and their sizes.
    pub paces: Paces,
}

/// How the queues are driven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paces {
    /// Looks at customers.
    pub look: Pace,
    /// Reminders.
    pub send: Pace,
    /// Webhook deliveries to endpoints that answer.
    pub deliver: Pace,
    /// Webhooks of sources.
    pub inbox: Pace,
    /// Mails to tenants themselves.
    pub notice: Pace,
    /// Letters that are asked after.
    pub letter: Pace,
    /// Webhook deliveries to endpoints whose last post failed: they hold up nobody but each other.
    pub deliver_late: Pace,
    /// Clocks of test tenants.
    pub clock: Pace,
}

impl Paces {
    /// What suits the database: SQLite has one writer, so one batch of looks at a time.
    pub fn for_store(store: &Store) -> Self {
        let looks = if store.is_postgres() { 4 } else { 1 };
        let pace = |concurrency, batch, seconds| Pace { concurrency, batch, lease: Duration::from_secs(seconds) };
        Self {
            look: pace(looks, 200, 20),
            send: Self::sends(CALLS),
            deliver: pace(32, 64, 30),
            deliver_late: pace(16, 64, 30),
            inbox: pace(looks, 50, 20),
            notice: pace(1, 16, 90), // a mail takes less
            letter: pace(1, 8, 120),
            clock: pace(4, 1, 20),
        }
    }

    /// How reminders are claimed when so many calls to providers may be in flight: as many batches as are
    /// called at a time, one that is prepared meanwhile, and some whose outcomes are written.
    pub fn sends(calls: usize) -> Pace {
        let batch = batch(calls);
        Pace { concurrency: calls.div_ceil(batch) + 3, batch: u32::try_from(batch).unwrap_or(u32::MAX), lease: Duration::from_secs(20) }
    }
}

/// A running engine. Dropped without [`Engine::stop`], it ends at once and its leases run out.
pub struct Engine {
    running: Running,
    housekeeping: JoinSet<()>,
    listening: JoinSet<()>,
}

impl Engine {
    /// Starts the queues. Needs a multi-threaded tokio runtime.
    pub fn start(store: Store, config: EngineConfig) -> Self {
        let EngineConfig { sender, courier, herald, translator, listen_url, paces } = config;
        let running = Queues::new()
            .with(Looks::new(store.clone()), paces.look)
            .with(Sends::new(store.clone(), Arc::clone(&sender)), paces.send)
            .with(Deliveries::new(store.clone(), Arc::clone(&courier), Lane::Fresh), paces.deliver)
            .with(Deliveries::new(store.clone(), courier, Lane::Late), paces.deliver_late)
            .with(Notices::new(store.clone(), herald), paces.notice)
            .with(Letters::new(store.clone(), Arc::clone(&sender)), paces.letter)
            .with(Inbox::new(store.clone(), translator), paces.inbox)
            .with(Clocks::new(store.clone(), sender), paces.clock)
            .start(DueRows(store.clone()));
        let (mut housekeeping, mut listening) = (JoinSet::new(), JoinSet::new());
        housekeeping.spawn(housekeeping::keep(store.clone(), running.stopping()));
        if let Some(url) = listen_url {
            listening.spawn(async move { listen::listen(&url, &store).await });
        }
        Self { running, housekeeping, listening }
    }

    /// Takes no more work, ends or gives back what is in hand: at once when idle, within 20 seconds at most.
    pub async fn stop(mut self) {
        let began = tokio::time::Instant::now();
        self.listening.abort_all();
        let rest = async { while self.housekeeping.join_next().await.is_some() {} };
        let _ = tokio::join!(self.running.stop(LONGEST_STOP), tokio::time::timeout(LONGEST_STOP, rest));
        tracing::debug!(took = ?began.elapsed(), "engine stopped");
    }
}

/// All due rows of the store.
#[derive(Clone)]
struct DueRows(Store);

impl Agenda for DueRows {
    async fn next_due(&self) -> Result<DueTimes, WorkError> {
        let next = due::next(&self.0).await?;
        let named = [
            ("look", next.look),
            ("send", next.send),
            ("deliver", next.delivery),
            ("deliver_late", next.late_delivery),
            ("inbox", next.inbox),
            ("notice", next.notice),
            ("letter", next.letter),
            ("clock", next.clock),
        ];
        Ok(named.into_iter().filter_map(|(queue, at)| Some((queue, at?))).collect())
    }

    fn now(&self) -> DateTime<Utc> {
        self.0.now()
    }

    fn bell(&self) -> watch::Receiver<u64> {
        self.0.bell()
    }

    fn slow_poll(&self) -> Duration {
        Duration::from_secs(if self.0.is_postgres() { 1 } else { 5 })
    }
}
