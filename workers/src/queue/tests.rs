//! The queue over rows in memory.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::{Duration, Instant},
};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::{sync::watch, time::sleep};

use super::*;

#[derive(Clone, Default)]
struct Row {
    due: Duration,
    lease: Option<(String, Duration)>,
    done: u32,
}

/// What the work does with a row.
#[derive(Clone, Copy, PartialEq)]
enum Play {
    Finish,
    Panic,
    Fail,
    Slow(Duration),
    /// Ends as soon as it has its answer and is the writer.
    Write,
}

#[derive(Clone)]
struct Fake {
    rows: Arc<Mutex<BTreeMap<u32, Row>>>,
    start: Instant,
    bell: Arc<watch::Sender<u64>>,
    play: Play,
    poll: Duration,
    claims: Arc<AtomicUsize>,
    looks: Arc<AtomicUsize>,
    down: Arc<Mutex<bool>>,
    /// The database's one writer: held by a claim until the gate is open.
    writer: Arc<tokio::sync::Mutex<()>>,
    gate: Arc<watch::Sender<bool>>,
    /// What the work waits for before it writes.
    answer: Arc<watch::Sender<bool>>,
}

impl Fake {
    fn new(play: Play) -> Self {
        Self {
            rows: Arc::default(),
            start: Instant::now(),
            bell: Arc::new(watch::Sender::new(0)),
            play,
            poll: Duration::from_millis(100),
            claims: Arc::default(),
            looks: Arc::default(),
            down: Arc::default(),
            writer: Arc::default(),
            gate: Arc::new(watch::Sender::new(true)),
            answer: Arc::new(watch::Sender::new(false)),
        }
    }

    fn add(&self, ids: impl IntoIterator<Item = u32>, after: Duration) {
        let due = self.start.elapsed() + after;
        let mut rows = self.rows.lock().unwrap();
        rows.extend(ids.into_iter().map(|id| (id, Row { due, ..Row::default() })));
    }

    fn ring(&self) {
        self.bell.send_modify(|count| *count += 1);
    }

    fn done(&self) -> usize {
        self.rows.lock().unwrap().values().filter(|row| row.done > 0).count()
    }

    fn runs(&self) -> u32 {
        self.rows.lock().unwrap().values().map(|row| row.done).sum()
    }

    fn leased(&self) -> usize {
        self.rows.lock().unwrap().values().filter(|row| row.lease.is_some()).count()
    }

    fn free(row: &Row, now: Duration) -> bool {
        row.done == 0 && row.lease.as_ref().is_none_or(|(_, until)| *until <= now)
    }

    async fn until(&self, what: impl Fn(&Self) -> bool, limit: Duration) -> Duration {
        let begun = Instant::now();
        while !what(self) {
            assert!(begun.elapsed() < limit, "not within {limit:?}");
            sleep(Duration::from_millis(2)).await;
        }
        begun.elapsed()
    }

    fn start(&self, pace: Pace) -> Running {
        Queues::new().with(self.clone(), pace).start(self.clone())
    }
}

impl Agenda for Fake {
    async fn next_due(&self) -> Result<DueTimes, WorkError> {
        self.looks.fetch_add(1, SeqCst);
        if *self.down.lock().unwrap() {
            return Err(WorkError::new("down"));
        }
        let now = self.start.elapsed();
        let rows = self.rows.lock().unwrap();
        let due = rows.values().filter(|row| Self::free(row, now)).map(|row| row.due).min();
        Ok(due.map(|due| ("fake", DateTime::UNIX_EPOCH + TimeDelta::from_std(due).unwrap())).into_iter().collect())
    }

    fn now(&self) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::from_std(self.start.elapsed()).unwrap()
    }

    fn bell(&self) -> watch::Receiver<u64> {
        self.bell.subscribe()
    }

    fn slow_poll(&self) -> Duration {
        self.poll
    }
}

impl DueWork for Fake {
    type Item = u32;

    fn name(&self) -> &'static str {
        "fake"
    }

    async fn claim(&self, lease_by: &str, limit: u32, lease: Duration) -> Result<Vec<u32>, WorkError> {
        self.claims.fetch_add(1, SeqCst);
        if *self.down.lock().unwrap() {
            return Err(WorkError::new("down"));
        }
        let _writer = self.writer.lock().await;
        open(&self.gate).await;
        let now = self.start.elapsed();
        let mut rows = self.rows.lock().unwrap();
        let free = rows.iter_mut().filter(|(_, row)| row.due <= now && Self::free(row, now)).take(limit as usize);
        Ok(free
            .map(|(id, row)| {
                row.lease = Some((lease_by.to_owned(), now + lease));
                *id
            })
            .collect())
    }

    async fn extend(&self, lease_by: &str, items: &[u32], lease: Duration) -> Result<u64, WorkError> {
        let until = self.start.elapsed() + lease;
        Ok(self.of(lease_by, items, |row| row.lease = Some((lease_by.to_owned(), until))))
    }

    async fn give_back(&self, lease_by: &str, items: &[u32], after: Duration) -> Result<(), WorkError> {
        let until = self.start.elapsed() + after;
        self.of(lease_by, items, |row| row.lease = (!after.is_zero()).then(|| (String::new(), until)));
        Ok(())
    }

    async fn work(&self, batch: Batch<u32>) -> Result<(), WorkError> {
        match self.play {
            Play::Finish => {}
            Play::Panic => panic!("argh"),
            Play::Fail => return Err(WorkError::new("no")),
            Play::Slow(long) => sleep(long).await,
            Play::Write => {
                open(&self.answer).await;
                drop(self.writer.lock().await);
            }
        }
        self.of(&batch.lease_by, &batch.items, |row| {
            row.done += 1;
            row.lease = None;
        });
        Ok(())
    }
}

impl Fake {
    fn of(&self, lease_by: &str, items: &[u32], change: impl Fn(&mut Row)) -> u64 {
        let mut rows = self.rows.lock().unwrap();
        let mut hit = 0;
        for id in items {
            if let Some(row) = rows.get_mut(id).filter(|row| row.lease.as_ref().is_some_and(|(by, _)| by == lease_by)) {
                change(row);
                hit += 1;
            }
        }
        hit
    }
}

async fn open(gate: &watch::Sender<bool>) {
    let _ = gate.subscribe().wait_for(|open| *open).await;
}

fn pace(concurrency: usize, batch: u32, lease_ms: u64) -> Pace {
    Pace { concurrency, batch, lease: Duration::from_millis(lease_ms) }
}

const SOON: Duration = Duration::from_secs(3);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_due_is_claimed_in_batches_and_worked_once() {
    let fake = Fake::new(Play::Finish);
    fake.add(0..1000, Duration::ZERO);
    let running = fake.start(pace(4, 100, 1000));
    fake.until(|fake| fake.done() == 1000, SOON).await;
    assert_eq!(fake.runs(), 1000);
    assert!(fake.claims.load(SeqCst) <= 14, "{:?}", fake.claims);
    running.stop(SOON).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_bell_wakes_at_once_and_a_due_instant_without_a_bell() {
    let mut fake = Fake::new(Play::Finish);
    fake.poll = Duration::from_secs(30);
    let running = fake.start(pace(1, 10, 1000));
    sleep(Duration::from_millis(50)).await;
    fake.add([1], Duration::ZERO);
    fake.ring();
    let woken = fake.until(|fake| fake.done() == 1, SOON).await;
    assert!(woken < Duration::from_millis(100), "{woken:?}");
    fake.add([2], Duration::from_millis(300));
    fake.ring();
    let due = fake.until(|fake| fake.done() == 2, SOON).await;
    assert!(due > Duration::from_millis(250) && due < Duration::from_millis(500), "{due:?}");
    running.stop(SOON).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idle_queue_looks_once_a_poll_and_claims_nothing() {
    let fake = Fake::new(Play::Finish);
    let running = fake.start(pace(4, 10, 1000));
    sleep(Duration::from_millis(550)).await;
    assert!((5..=8).contains(&fake.looks.load(SeqCst)), "{:?}", fake.looks);
    assert_eq!(fake.claims.load(SeqCst), 0);
    let begun = Instant::now();
    running.stop(Duration::from_secs(20)).await;
    assert!(begun.elapsed() < Duration::from_millis(200), "stops at once when idle");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_panic_gives_the_rows_back_and_the_worker_lives() {
    let mut fake = Fake::new(Play::Panic);
    fake.add([1], Duration::ZERO);
    let running = fake.start(pace(1, 1, 60_000));
    fake.until(|fake| fake.claims.load(SeqCst) >= 2, SOON).await;
    running.stop(SOON).await;
    fake.play = Play::Finish;
    let running = fake.start(pace(1, 1, 60_000));
    fake.until(|fake| fake.done() == 1, SOON).await;
    running.stop(SOON).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failed_batch_comes_again_only_after_a_pause() {
    let fake = Fake::new(Play::Fail);
    fake.add([1], Duration::ZERO);
    let running = fake.start(pace(1, 10, 60_000));
    sleep(Duration::from_millis(400)).await;
    assert_eq!(fake.claims.load(SeqCst), 1);
    fake.until(|fake| fake.claims.load(SeqCst) == 2, Duration::from_secs(1)).await;
    running.stop(SOON).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_batch_keeps_its_lease_from_another_process() {
    let fake = Fake::new(Play::Slow(Duration::from_millis(900)));
    fake.add([1, 2], Duration::ZERO);
    let one = fake.start(pace(1, 10, 200));
    let two = fake.start(pace(1, 10, 200));
    fake.until(|fake| fake.done() == 2, SOON).await;
    sleep(Duration::from_millis(300)).await;
    assert_eq!(fake.runs(), 2);
    one.stop(SOON).await;
    two.stop(SOON).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lease_that_ran_out_is_taken_by_somebody_else() {
    let fake = Fake::new(Play::Finish);
    fake.add([1], Duration::ZERO);
    assert_eq!(fake.claim("dead", 1, Duration::from_millis(300)).await.unwrap(), [1]);
    let running = fake.start(pace(1, 10, 1000));
    let taken = fake.until(|fake| fake.done() == 1, SOON).await;
    assert!(taken > Duration::from_millis(200), "{taken:?}");
    running.stop(SOON).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_ends_what_runs_and_leaves_no_lease_behind() {
    let fake = Fake::new(Play::Slow(Duration::from_millis(400)));
    fake.add(0..50, Duration::ZERO);
    let running = fake.start(pace(2, 5, 60_000));
    fake.until(|fake| fake.leased() >= 10, SOON).await;
    running.stop(Duration::from_secs(20)).await;
    assert_eq!(fake.leased(), 0);
    assert!((10..=15).contains(&fake.done()), "{}", fake.done());
    assert_eq!(fake.runs() as usize, fake.done());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_lets_a_claim_end_that_the_running_work_waits_for() {
    let fake = Fake::new(Play::Write);
    fake.add([1], Duration::ZERO);
    let running = fake.start(pace(2, 1, 60_000));
    fake.until(|fake| fake.leased() == 1 && fake.writer.try_lock().is_ok(), SOON).await;
    fake.gate.send_replace(false);
    fake.add([2], Duration::ZERO);
    fake.ring();
    fake.until(|fake| fake.writer.try_lock().is_err(), SOON).await;
    let stopped = tokio::spawn(running.stop(Duration::from_secs(20)));
    sleep(Duration::from_millis(100)).await; // the worker has heard it
    fake.answer.send_replace(true);
    fake.gate.send_replace(true);
    fake.until(|_| stopped.is_finished(), SOON).await;
    assert_eq!((fake.done(), fake.leased()), (1, 0), "the work ended, what was claimed meanwhile is given back");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_away_does_not_end_the_worker() {
    let fake = Fake::new(Play::Finish);
    *fake.down.lock().unwrap() = true;
    fake.add([1], Duration::ZERO);
    let running = fake.start(pace(1, 10, 1000));
    sleep(Duration::from_millis(700)).await;
    assert!(fake.looks.load(SeqCst) <= 3, "backs off");
    *fake.down.lock().unwrap() = false;
    fake.until(|fake| fake.done() == 1, SOON).await;
    running.stop(SOON).await;
}
