//! Closed-loop load: so many workers, each with one thing in flight, for so long; and what it cost.

use std::{
    future::Future,
    time::{Duration, Instant},
};

use anyhow::Result;
use tokio::task::JoinSet;

use crate::cpu;

/// One worker: does one thing and says how many items that were.
pub trait Worker: Send + 'static {
    fn once(&mut self) -> impl Future<Output = Result<u64>> + Send;
}

/// What a phase did and cost. CPU is µs an item.
#[derive(Debug, Clone, Copy, Default)]
pub struct Measured {
    pub items: u64,
    pub rate: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
    pub app_cpu: f64,
    pub pg_cpu: f64,
}

/// Whose CPU is read: roots of process trees.
#[derive(Debug, Clone, Copy, Default)]
pub struct Meters {
    pub app: Option<u32>,
    pub pg: Option<u32>,
}

impl Meters {
    fn read(self) -> (f64, f64) {
        let of = |pid: Option<u32>| pid.map(cpu::tree_micros).unwrap_or(0.0);
        (of(self.app), of(self.pg))
    }

    /// Measures `work`, which returns how many items it did.
    pub async fn around(self, work: impl Future<Output = Result<u64>>) -> Result<Measured> {
        let (app, pg) = self.read();
        let began = Instant::now();
        let items = work.await?;
        let seconds = began.elapsed().as_secs_f64();
        let (app_end, pg_end) = self.read();
        let each = items.max(1) as f64;
        Ok(Measured {
            items,
            rate: items as f64 / seconds,
            app_cpu: (app_end - app) / each,
            pg_cpu: (pg_end - pg) / each,
            ..Measured::default()
        })
    }
}

/// Runs `workers` for `span`; a thing that was begun is finished and counted.
pub async fn closed<W: Worker>(workers: Vec<W>, span: Duration, meters: Meters) -> Result<Measured> {
    let mut latencies: Vec<u32> = Vec::new();
    let mut measured = meters
        .around(async {
            let until = Instant::now() + span;
            let mut running = JoinSet::new();
            for mut worker in workers {
                running.spawn(async move {
                    let (mut items, mut took) = (0, Vec::with_capacity(4096));
                    while Instant::now() < until {
                        let began = Instant::now();
                        items += worker.once().await?;
                        took.push(u32::try_from(began.elapsed().as_micros()).unwrap_or(u32::MAX));
                    }
                    anyhow::Ok((items, took))
                });
            }
            let mut items = 0;
            while let Some(done) = running.join_next().await {
                let (some, took) = done??;
                items += some;
                latencies.extend(took);
            }
            Ok(items)
        })
        .await?;
    latencies.sort_unstable();
    measured.p50_ms = percentile(&latencies, 50);
    measured.p99_ms = percentile(&latencies, 99);
    Ok(measured)
}

fn percentile(sorted: &[u32], percent: usize) -> f64 {
    let at = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
    sorted.get(at).map(|micros| f64::from(*micros) / 1000.0).unwrap_or(0.0)
}

/// Stages that share the same cores: `1 / (1/a + 1/b + …)`, and their CPU added up.
pub fn together(stages: &[Measured]) -> Measured {
    let slowness: f64 = stages.iter().map(|stage| 1.0 / stage.rate.max(f64::MIN_POSITIVE)).sum();
    Measured {
        items: stages.iter().map(|stage| stage.items).min().unwrap_or(0),
        rate: 1.0 / slowness,
        p50_ms: stages.iter().map(|stage| stage.p50_ms).sum(),
        p99_ms: stages.iter().map(|stage| stage.p99_ms).fold(0.0, f64::max),
        app_cpu: stages.iter().map(|stage| stage.app_cpu).sum(),
        pg_cpu: stages.iter().map(|stage| stage.pg_cpu).sum(),
    }
}
