//! c1: planned reminders leave through a mock HTTP provider, against reqwest + claim + recorded outcome.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use crate::{
    context::Bench,
    database::Db,
    gateway::Gateway,
    load::{Measured, closed, together},
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

pub async fn row(bench: &mut Bench) -> Result<()> {
    let reminders = bench.options.scaled(30_000, 500) / TENANTS * TENANTS;
    let raw = bench.raw_database("c1").await?;
    let db = Db::postgres(bench, "c1").await?;
    let gateway = Gateway::start().await?;
    let api = Server::start(&bench.options, &db, "api").await?;
    let mut tenants = Vec::new();
    for _ in 0..TENANTS {
        tenants.push(Tenant::chasing(&api, Some(&gateway.url)).await?);
    }
    let mut rounds = Rounds::default();
    for round in 0..bench.options.rounds as u64 {
        let bare = bare(bench, &raw, &gateway).await?;
        for tenant in &tenants {
            tenant.customers(&api, round * APART, reminders / TENANTS).await?;
            tenant.invoices(&api, round * APART, reminders / TENANTS, 1, -10).await?;
        }
        rounds.add(bare, ours(bench, &db, &gateway, reminders * (round + 1), reminders).await?);
    }
    let sent = db.count("SELECT count(*) FROM reminders WHERE status = 'sent'").await?;
    let what = format!("send {reminders} reminders, provider answers at once, PostgreSQL");
    let line = rounds.rates("c1", what, "reminders/s", Target::AtLeast(0.4));
    bench.add(line.with_truth(reminders * bench.options.rounds as u64, sent));
    api.stop().await?;
    db.remove(bench).await?;
    bench.cluster()?.drop(&raw).await
}

/// reqwest with 64 in flight, a queue claimed by 100, 2-row outcomes by 100.
async fn bare(bench: &Bench, raw: &str, gateway: &Gateway) -> Result<Measured> {
    let span = bench.options.span / 2;
    gateway.open(true);
    let posts = closed(Poster::many(&gateway.url, 64)?, span, crate::load::Meters::default()).await?;
    // enough for what four connections take in the time
    let jobs = (span.as_secs_f64() * 120_000.0) as u64;
    let claims = closed(Drainer::many(raw, 4, jobs).await?, span, bench.meters(None)).await?;
    let outcomes = closed(Writer::many(raw, 4, 100).await?, span, bench.meters(None)).await?;
    gateway.forget();
    Ok(together(&[posts, claims, outcomes]))
}

/// A worker plans all while the provider keeps it waiting; then the gate opens, and the time is taken
/// until the last has arrived and is recorded.
async fn ours(bench: &Bench, db: &Db, gateway: &Gateway, planned: u64, reminders: u64) -> Result<Measured> {
    gateway.open(false);
    let look = db.look().await?;
    tokio::time::sleep(SETTLES).await;
    let worker = Server::start(&bench.options, db, "worker").await?;
    let began = Instant::now();
    while look.count("SELECT count(*) FROM reminders").await? < planned {
        ensure!(began.elapsed() < Duration::from_secs(120), "not planned within two minutes");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    bench.begin_statements(db).await?;
    let (waiting, _) = gateway.counts();
    let opened = Instant::now();
    let measured = bench
        .meters(Some(worker.pid))
        .around(async {
            gateway.open(true);
            // the database is asked only when all have arrived
            while gateway.counts().0 < reminders || look.count(LEFT).await? > 0 {
                ensure!(opened.elapsed() < Duration::from_secs(120), "not sent within two minutes");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            Ok(reminders - waiting.min(reminders))
        })
        .await?;
    bench.end_statements(db, measured.items).await?;
    let (requests, different) = gateway.counts();
    ensure!(requests == different, "{requests} requests, {different} different: something was sent twice");
    worker.stop().await?;
    Ok(measured)
}
