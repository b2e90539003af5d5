//! Starting, watching and stopping the queues of a process.

use std::{sync::Arc, time::Duration};

use apalis::prelude::WorkerBuilderExt;
use apalis_core::{
    error::BoxDynError,
    monitor::{Monitor, context::MonitorContext},
    worker::{builder::WorkerBuilder, ext::parallelize::ParallelizeExt},
};
use futures::future::BoxFuture;
use tokio::{sync::watch, task::JoinHandle};
use uuid::Uuid;

use super::{
    Agenda, Batch, DueWork, Pace, Stopping,
    backend::{CLAIM_LIMIT, Parts, Rows},
    pulse::{self, Tidings},
    run,
    vitals::Vitals,
};

/// The queues of this process, before they start.
pub struct Queues {
    monitor: Monitor,
    who: String,
    watched: Vec<(String, Arc<Vitals>)>,
    tidings: watch::Sender<Tidings>,
    ask: Arc<watch::Sender<u64>>,
    stop: watch::Sender<bool>,
}

impl Default for Queues {
    fn default() -> Self {
        Self::new()
    }
}

impl Queues {
    /// None yet. The name of the workers is unique to this process.
    pub fn new() -> Self {
        let monitor = Monitor::new().should_restart(|worker, error| {
            tracing::error!(worker = worker.name(), %error, "worker ended, starting it anew");
            true
        });
        let who = format!("{}-{}", std::process::id(), Uuid::now_v7().simple());
        let ask = Arc::new(watch::Sender::new(0));
        Self { monitor, who, watched: Vec::new(), tidings: watch::Sender::new(Tidings::default()), ask, stop: watch::Sender::new(false) }
    }

    /// Adds a queue.
    #[must_use]
    pub fn with<W: DueWork>(mut self, work: W, pace: Pace) -> Self {
        let name = format!("{}-{}", self.who, work.name());
        let vitals = Arc::new(Vitals::new(work.name(), pace.concurrency));
        let parts = Parts {
            work,
            pace,
            worker: name.clone(),
            vitals: Arc::clone(&vitals),
            tidings: self.tidings.subscribe(),
            ask: Arc::clone(&self.ask),
            stopping: Stopping::new(self.stop.subscribe()),
        };
        self.watched.push((name.clone(), vitals));
        self.monitor = self.monitor.register(move |restarts| {
            let name = if restarts == 0 { name.clone() } else { format!("{name}-{restarts}") };
            let Parts { work, vitals, .. } = parts.clone();
            let work = move |batch: Batch<W::Item>| -> BoxFuture<'static, Result<(), BoxDynError>> {
                let run = run::batch(work.clone(), batch, pace.lease, Arc::clone(&vitals));
                Box::pin(async move {
                    run.await;
                    Ok(())
                })
            };
            WorkerBuilder::new(name)
                .backend(Rows::new(parts.clone()))
                .concurrency(pace.concurrency)
                .parallelize(tokio::spawn)
                .catch_panic()
                .build(work)
        });
        self
    }

    /// Starts them, with the pulse that wakes them and the watchdog that restarts what stalls.
    pub fn start<A: Agenda + Clone>(self, agenda: A) -> Running {
        let context = self.monitor.context();
        let monitor = tokio::spawn(async move {
            if let Err(error) = self.monitor.run().await {
                tracing::error!(%error, "workers ended");
            }
        });
        let vitals = self.watched.iter().map(|(_, vitals)| Arc::clone(vitals)).collect();
        let watchdog = Watchdog {
            limit: 2 * agenda.slow_poll().max(CLAIM_LIMIT) + CLAIM_LIMIT,
            context: context.clone(),
            watched: self.watched,
            tidings: self.tidings,
            ask: self.ask,
        };
        let watchdog = tokio::spawn(watchdog.watch(agenda));
        Running { context, monitor, watchdog, stop: self.stop, vitals }
    }
}

/// Queues at work.
pub struct Running {
    context: MonitorContext,
    monitor: JoinHandle<()>,
    watchdog: JoinHandle<()>,
    stop: watch::Sender<bool>,
    vitals: Vec<Arc<Vitals>>,
}

impl Running {
    /// Claims no more, gives back what was not begun and waits for what runs, `limit` at most.
    /// What is cut off comes again when its lease runs out.
    pub async fn stop(mut self, limit: Duration) {
        self.stop.send_replace(true);
        if let Err(error) = self.context.shutdown() {
            tracing::warn!(%error, "workers did not hear the signal");
        }
        let all = async {
            let _ = (&mut self.monitor).await; // its workers ask for no more; what they handed out may still run
            for vitals in &self.vitals {
                vitals.quiet().await;
            }
        };
        if tokio::time::timeout(limit, all).await.is_err() {
            tracing::warn!("work was cut off; its leases run out by themselves");
            self.monitor.abort();
        }
        self.watchdog.abort();
    }

    /// Listens to the signal to stop, for work beside the queues.
    pub fn stopping(&self) -> watch::Receiver<bool> {
        self.stop.subscribe()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.monitor.abort();
        self.watchdog.abort();
    }
}

/// Sees that workers ask for work, and that the pulse beats.
struct Watchdog {
    limit: Duration,
    context: MonitorContext,
    watched: Vec<(String, Arc<Vitals>)>,
    tidings: watch::Sender<Tidings>,
    ask: Arc<watch::Sender<u64>>,
}

impl Watchdog {
    async fn watch<A: Agenda + Clone>(self, agenda: A) {
        loop {
            let pulse = pulse::beat(agenda.clone(), self.tidings.clone(), self.ask.subscribe());
            let mut pulse = AbortOnDrop(tokio::spawn(pulse));
            let mut round = 0;
            loop {
                tokio::select! {
                    _ = &mut pulse.0 => break,
                    () = tokio::time::sleep(self.limit) => {}
                }
                let now = self.tidings.borrow().round;
                if now == round {
                    break;
                }
                round = now;
                self.restart_stalled();
            }
            tracing::error!("the pulse stalled, starting it anew");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    fn restart_stalled(&self) {
        for (name, vitals) in self.watched.iter().filter(|(_, vitals)| vitals.is_stalled(self.limit)) {
            metrics::counter!("relance_queue_stalled_total", "queue" => vitals.queue).increment(1);
            tracing::error!(queue = vitals.queue, "worker stalled");
            vitals.give_up();
            if let Err(error) = self.context.wake_worker(name) {
                tracing::error!(queue = vitals.queue, %error, "stalled worker not found");
            }
        }
    }
}

struct AbortOnDrop(JoinHandle<()>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}
