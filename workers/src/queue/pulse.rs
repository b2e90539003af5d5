//! One look for all queues: one statement says when the earliest work of each is due. It runs when the
//! bell rings, when something falls due, and otherwise at a slow poll. Workers sleep on its answer.

use std::{future::Future, time::Duration};

use chrono::{DateTime, Utc};
use tokio::{sync::watch, time::Instant};

use super::WorkError;

/// When the earliest work of each queue is due; a queue that is not named has none.
pub type DueTimes = Vec<(&'static str, DateTime<Utc>)>;

/// A look that takes longer is given up: the database does not answer.
const LOOK_LIMIT: Duration = Duration::from_secs(10);
/// Commits that come in a burst are answered by one look.
const BURST: Duration = Duration::from_millis(1);
/// Looks are at least so far apart: who works all the time needs no look after each of its commits.
const APART: Duration = Duration::from_millis(3);
/// And so many times as far apart as one takes: a look that is dear, since much has just been written, is rarer.
const SHARE: u32 = 4;
/// Longest pause after failed looks.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Where the pulse looks.
pub trait Agenda: Send + Sync + 'static {
    /// When the earliest claimable row of each queue is due; rows under a valid lease do not count.
    fn next_due(&self) -> impl Future<Output = Result<DueTimes, WorkError>> + Send;
    /// Real time.
    fn now(&self) -> DateTime<Utc>;
    /// Changes whenever something may have become due.
    fn bell(&self) -> watch::Receiver<u64>;
    /// Longest time between two looks: finds what other processes did and leases that ran out.
    fn slow_poll(&self) -> Duration;
}

/// What the last look found.
#[derive(Debug, Clone, Default)]
pub(super) struct Tidings {
    /// Counts looks.
    pub round: u64,
    /// When the look ended.
    pub at: DateTime<Utc>,
    due: DueTimes,
}

impl Tidings {
    /// How long work of `queue` has been due; `None`: nothing is due.
    pub fn due_for(&self, queue: &str) -> Option<Duration> {
        let (_, due) = self.due.iter().find(|(name, _)| *name == queue)?;
        (self.at - *due).to_std().ok()
    }

    /// How long until something that is not due yet falls due.
    fn until_next(&self) -> Option<Duration> {
        self.due.iter().filter_map(|(_, due)| (*due - self.at).to_std().ok()).filter(|wait| !wait.is_zero()).min()
    }
}

/// Looks for ever.
pub(super) async fn beat(agenda: impl Agenda, tidings: watch::Sender<Tidings>, mut asked: watch::Receiver<u64>) {
    let mut bell = agenda.bell();
    let mut failures: u32 = 0;
    loop {
        let began = Instant::now();
        bell.borrow_and_update();
        asked.borrow_and_update();
        let looked = tokio::time::timeout(LOOK_LIMIT, agenda.next_due()).await;
        let took = began.elapsed().min(LOOK_LIMIT / 100);
        let at = agenda.now(); // after the look: what it calls due now is due
        let wait = match looked.unwrap_or_else(|_| Err(WorkError::new("the database does not answer"))) {
            Ok(due) => {
                if failures > 0 {
                    tracing::info!(failures, "looking for due work again");
                }
                failures = 0;
                tidings.send_modify(|last| *last = Tidings { round: last.round + 1, at, due });
                let next = tidings.borrow().until_next();
                next.map_or(agenda.slow_poll(), |wait| wait.min(agenda.slow_poll()))
            }
            Err(error) => {
                if failures == 0 {
                    tracing::warn!(%error, "cannot look for due work");
                }
                failures = failures.saturating_add(1);
                tidings.send_modify(|last| *last = Tidings { round: last.round + 1, at, due: DueTimes::new() }); // a sign of life
                let pause = super::run::backoff(failures).min(LONGEST_PAUSE);
                tokio::time::sleep(pause).await;
                continue;
            }
        };
        tokio::select! {
            rung = bell.changed() => if rung.is_err() { return },
            rung = asked.changed() => if rung.is_err() { return },
            () = tokio::time::sleep(wait) => continue,
        }
        tokio::time::sleep_until((began + APART.max(took * SHARE)).max(Instant::now() + BURST)).await;
    }
}
