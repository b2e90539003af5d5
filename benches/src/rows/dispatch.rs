//! c1: planned reminders leave through a mock HTTP provider that answers at once, against reqwest + claim +
//! recorded outcome. c2: through one that answers at once or after 50 ms, against a reqwest loop with as many in
//! flight.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use crate::{
    context::Bench,
    database::{Db, Look},
    gateway::Gateway,
    load::{Measured, Meters, closed, together},
    product::Server,
    raw::{pg::Writer, pg_queue::Drainer, post::Poster},
    report::{Rounds, Target},
    rows::plan::SETTLES,
    world::Tenant,
};

const TENANTS: u64 = 10;
/// External ids of each round so far apart.
const APART: u64 = 1_000_000;
/// Reminders that have not left yet, or are leaving.
const LEFT: &str = "SELECT count(*) FROM reminders WHERE status IN ('planned', 'sending')";
/// How many calls a worker has in flight.
const CALLS: &str = "RELANCE_SEND_CALLS";
/// What a slow provider takes.
const SLOW: Duration = Duration::from_millis(50);

/// c1.
pub async fn at_once(bench: &mut Bench) -> Result<()> {
    let reminders = bench.options.scaled(30_000, 500) / TENANTS * TENANTS;
    let raw = bench.raw_database("c1").await?;
    let stand = Stand::build(bench, "c1", reminders, 64, Duration::ZERO).await?;
    let mut rounds = Rounds::default();
    for round in 0..bench.options.rounds as u64 {
        rounds.add(stages(bench, &raw, &stand.gateway).await?, stand.round(bench, round).await?);
    }
    let what = format!("send {reminders} reminders, provider answers at once, PostgreSQL");
    stand.end(bench, rounds, "c1", what, Target::AtLeast(0.4)).await?;
    bench.cluster()?.drop(&raw).await
}

/// c2.
pub async fn against_posts(bench: &mut Bench) -> Result<()> {
    for (delay, calls, target) in [(Duration::ZERO, 64, Target::Open), (SLOW, 64, Target::AtLeast(0.9)), (SLOW, 256, Target::AtLeast(0.9))]
    {
        // a few seconds' worth at the default scale
        let reminders = bench.options.scaled(calls * 500, calls * 20) / TENANTS * TENANTS;
        let stand = Stand::build(bench, &format!("c2_{}_{calls}", delay.as_millis()), reminders, calls, delay).await?;
        let mut rounds = Rounds::default();
        for round in 0..bench.options.rounds as u64 {
            rounds.add(posts(bench, &stand.gateway, calls, delay).await?, stand.round(bench, round).await?);
        }
        let millis = delay.as_millis();
        let what = format!("send {reminders} reminders, provider answers after {millis} ms, {calls} calls in flight, PostgreSQL");
        stand.end(bench, rounds, "c2", what, target).await?;
    }
    Ok(())
}

/// reqwest with 64 in flight, a queue claimed by 100, 2-row outcomes by 100.
async fn stages(bench: &Bench, raw: &str, gateway: &Gateway) -> Result<Measured> {
    let span = bench.options.span / 2;
    gateway.open(true);
    gateway.answer_after(Duration::ZERO);
    let posts = closed(Poster::many(&gateway.url, 64)?, span, Meters::default()).await?;
    // enough for what four connections take in the time
    let jobs = (span.as_secs_f64() * 120_000.0) as u64;
    let claims = closed(Drainer::many(raw, 4, jobs).await?, span, bench.meters(None)).await?;
    let outcomes = closed(Writer::many(raw, 4, 100).await?, span, bench.meters(None)).await?;
    gateway.forget();
    Ok(together(&[posts, claims, outcomes]))
}

/// reqwest alone.
async fn posts(bench: &Bench, gateway: &Gateway, calls: u64, delay: Duration) -> Result<Measured> {
    gateway.open(true);
    gateway.answer_after(delay);
    let posts = closed(Poster::many(&gateway.url, calls as usize)?, bench.options.span, Meters::default()).await?;
    gateway.forget();
    Ok(posts)
}

/// Tenants, their gateway, and what a worker is to do.
struct Stand {
    db: Db,
    api: Server,
    gateway: Gateway,
    tenants: Vec<Tenant>,
    reminders: u64,
    calls: u64,
    delay: Duration,
}

impl Stand {
    async fn build(bench: &Bench, name: &str, reminders: u64, calls: u64, delay: Duration) -> Result<Self> {
        let db = Db::postgres(bench, name).await?;
        let gateway = Gateway::start().await?;
        let api = Server::start(&bench.options, &db, "api").await?;
        let mut tenants = Vec::new();
        for _ in 0..TENANTS {
            tenants.push(Tenant::chasing(&api, Some(&gateway.url)).await?);
        }
        Ok(Self { db, api, gateway, tenants, reminders, calls, delay })
    }

    /// One worker plans all, with a single call in flight meanwhile; then another sends them, and the time is
    /// taken from its readiness until the last has arrived and is recorded.
    async fn round(&self, bench: &Bench, round: u64) -> Result<Measured> {
        let each = self.reminders / TENANTS;
        for tenant in &self.tenants {
            tenant.customers(&self.api, round * APART, each).await?;
            tenant.invoices(&self.api, round * APART, each, 1, -10).await?;
        }
        let look = self.db.look().await?;
        self.plan(bench, &look, self.reminders * (round + 1)).await?;
        self.gateway.open(false);
        self.gateway.answer_after(self.delay);
        self.db.analyze().await?;
        bench.begin_statements(&self.db).await?;
        let worker = Server::start_with(&bench.options, &self.db, "worker", &[(CALLS, self.calls.to_string())]).await?;
        let (before, _) = self.gateway.counts();
        let began = Instant::now();
        let measured = bench
            .meters(Some(worker.pid))
            .around(async {
                self.gateway.open(true);
                // the database is asked only when all have arrived
                while self.gateway.counts().0 < self.reminders || look.count(LEFT).await? > 0 {
                    ensure!(began.elapsed() < Duration::from_secs(120), "not sent within two minutes");
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                Ok(self.reminders - before.min(self.reminders))
            })
            .await?;
        bench.end_statements(&self.db, measured.items).await?;
        let (requests, different) = self.gateway.counts();
        ensure!(requests == different, "{requests} requests, {different} different: something was sent twice");
        self.gateway.forget();
        worker.stop().await?;
        Ok(measured)
    }

    async fn plan(&self, bench: &Bench, look: &Look, planned: u64) -> Result<()> {
        self.gateway.open(true);
        self.gateway.answer_after(SLOW);
        tokio::time::sleep(SETTLES).await;
        let planner = Server::start_with(&bench.options, &self.db, "worker", &[(CALLS, "1".to_owned())]).await?;
        let began = Instant::now();
        while look.count("SELECT count(*) FROM reminders").await? < planned {
            ensure!(began.elapsed() < Duration::from_secs(120), "not planned within two minutes");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        planner.stop().await?;
        Ok(())
    }

    async fn end(self, bench: &mut Bench, rounds: Rounds, row: &'static str, what: String, target: Target) -> Result<()> {
        let sent = self.db.count("SELECT count(*) FROM reminders WHERE status = 'sent'").await?;
        bench.add(rounds.rates(row, what, "reminders/s", target).with_truth(self.reminders * bench.options.rounds as u64, sent));
        self.api.stop().await?;
        self.db.remove(bench).await
    }
}
