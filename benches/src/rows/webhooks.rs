//! d1, d2: waiting deliveries leave to a receiver that answers at once, against a signed reqwest loop and the bare
//! insert of the rows that record them. d3: from an event posted to its webhook, at 100 events a second. d4: the same
//! for 49 endpoints beside one that is dead, and beside one that hangs with a long queue.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use serde_json::json;
use tokio::net::TcpListener;

use crate::{
    context::Bench,
    cpu,
    database::Db,
    gateway::Gateway,
    load::{Measured, Meters, closed, together},
    payload,
    product::Server,
    raw::{pg::Writer, post::Poster},
    report::{Line, Rounds, Target},
    sink::Sink,
    wire,
    wire::Conn,
    world::{INGEST, SINGLE, Tenant, shown},
};

const ENDPOINTS: u64 = 50;
/// Events a second of the open loop.
const RATE: u64 = 100;
/// Customers that invoices of the open loop are for, in each tenant.
const CUSTOMERS: u64 = 20;
/// Customers of each tenant in d1.
const BUYERS: u64 = 2;
/// Deliveries that wait for the receiver that hangs.
const QUEUE: u64 = 50_000;
const WAITING: &str = "SELECT count(*) FROM deliveries WHERE next_attempt_at IS NOT NULL";

/// d1 and d2.
pub async fn drain(bench: &mut Bench) -> Result<()> {
    let deliveries = bench.options.scaled(100_000, 2_000) / (ENDPOINTS * BUYERS) * ENDPOINTS * BUYERS;
    let raw = bench.raw_database("d1").await?;
    let stand = Stand::build(bench, "d1", "api", "invoice.recorded").await?;
    for tenant in &stand.tenants {
        tenant.customers(&stand.server, 0, BUYERS).await?;
    }
    let mut rounds = Rounds::default();
    for _ in 0..bench.options.rounds {
        let bare = stages(bench, &raw, &stand.gateway).await?;
        for tenant in &stand.tenants {
            // few buyers: what is measured is telling, not looking at customers
            tenant.invoices(&stand.server, 0, BUYERS, deliveries / ENDPOINTS / BUYERS, 30).await?;
        }
        rounds.add(bare, stand.drained(bench, deliveries).await?);
    }
    let settled = stand.db.count("SELECT count(*) FROM deliveries WHERE status = 'delivered'").await?;
    let expected = deliveries * bench.options.rounds as u64;
    let what = format!("deliver {deliveries} webhooks to {ENDPOINTS} endpoints, PostgreSQL");
    let rate = rounds.rates("d1", what, "webhooks/s", Target::AtLeast(0.3)).with_truth(expected, settled);
    if let (Some(bare), Some(ours)) = (rate.baseline_cpu, rate.product_cpu) {
        let what = "the same: CPU of one, against the bare stages added up";
        bench.add(Line::value("d2", what, "µs", bare.0 + bare.1, ours.0 + ours.1, Target::AtMost(3.0)));
        bench.add(Line::value("d2", "the same, against Svix (2,050 µs)", "µs", 2_050.0, ours.0 + ours.1, Target::AtMost(0.3)));
    }
    bench.add(rate);
    bench.cluster()?.drop(&raw).await?;
    stand.end(bench).await
}

/// d3 and d4.
pub async fn open_loop(bench: &mut Bench) -> Result<()> {
    let stand = Stand::build(bench, "d3", "all", "invoice.recorded").await?;
    for tenant in &stand.tenants {
        tenant.customers(&stand.server, 0, CUSTOMERS).await?;
    }
    let span = bench.options.span * 3;
    stand.paced(Duration::from_secs(1), ENDPOINTS).await?; // connections and plans are made
    let alone = stand.paced(span, ENDPOINTS).await?;
    let line = |row, what: &str, anchor, value, target| Line::value(row, what.to_owned(), "ms", anchor, value, target);
    let what = format!("event posted to webhook received, {RATE}/s over {ENDPOINTS} endpoints, PostgreSQL");
    bench.add(line("d3", &format!("{what}: p50 (Svix 4.6)"), 4.6, alone.p50_ms, Target::AtMost(1.0)).with_truth(alone.items, alone.items));
    bench.add(line("d3", &format!("{what}: p99 (Svix 12.9)"), 12.9, alone.p99_ms, Target::AtMost(1.0)));

    // one receiver of fifty takes connections and says nothing
    let dead = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/dead", dead.local_addr()?);
    tokio::spawn(async move {
        let mut kept = Vec::new();
        while let Ok((socket, _)) = dead.accept().await {
            kept.push(socket);
        }
    });
    let mut sick = stand.subscribe(&url).await?;
    let others = ENDPOINTS - 1;
    let before = stand.paced(span, others).await?;
    sick.customers(&stand.server, 0, 1_000).await?;
    let beside = stand.paced(span, others).await?;
    bench.add(line("d4", "p99 of 49 endpoints, one of 50 dead, against without it", before.p99_ms, beside.p99_ms, Target::AtMost(1.5)));

    sick = stand.subscribe(&url).await?;
    sick.customers(&stand.server, 0, QUEUE).await?;
    let waiting = stand.db.count(WAITING).await?;
    ensure!(waiting >= QUEUE, "{waiting} wait");
    let beside = stand.paced(span, others).await?;
    let what = format!("p99 of 49 endpoints while {waiting} deliveries wait for one that hangs, against 2 s");
    bench.add(line("d4", &what, 2_000.0, beside.p99_ms, Target::AtMost(1.0)));
    stand.end(bench).await
}

/// reqwest with 64 in flight; an attempt and a settled delivery, by 100.
async fn stages(bench: &Bench, raw: &str, gateway: &Gateway) -> Result<Measured> {
    let span = bench.options.span / 2;
    gateway.open(true);
    let mut posts = closed(Poster::many(&gateway.url, 64)?, span, Meters::default()).await?;
    gateway.forget();
    // what the client costs is read while the receiver is another process
    let sink = Sink::start().await?;
    let before = cpu::fine_micros(std::process::id());
    let alone = closed(Poster::many(&format!("http://{}/hook", sink.address), 64)?, span, Meters::default()).await?;
    posts.app_cpu = (cpu::fine_micros(std::process::id()) - before) / alone.items.max(1) as f64;
    let rows = closed(Writer::many(raw, 4, 100).await?, span, bench.meters(None)).await?;
    Ok(together(&[posts, rows]))
}

/// A server, tenants with an endpoint each, and the receiver behind all of them.
struct Stand {
    db: Db,
    server: Server,
    gateway: Gateway,
    tenants: Vec<Tenant>,
}

impl Stand {
    async fn build(bench: &Bench, name: &str, role: &str, kind: &str) -> Result<Self> {
        let db = Db::postgres(bench, name).await?;
        let gateway = Gateway::start().await?;
        let server = Server::start(&bench.options, &db, role).await?;
        let mut tenants = Vec::new();
        for _ in 0..ENDPOINTS {
            let tenant = Tenant::live(&server).await?;
            hook(&server, &tenant, &gateway.url, kind).await?;
            tenants.push(tenant);
        }
        Ok(Self { db, server, gateway, tenants })
    }

    /// Another tenant, with an endpoint at `url`.
    async fn subscribe(&self, url: &str) -> Result<Tenant> {
        let tenant = Tenant::live(&self.server).await?;
        hook(&self.server, &tenant, url, "*").await?;
        Ok(tenant)
    }

    /// A worker comes; the time is taken from its readiness until the last delivery is recorded.
    async fn drained(&self, bench: &Bench, deliveries: u64) -> Result<Measured> {
        self.gateway.open(false);
        self.db.analyze().await?;
        bench.begin_statements(&self.db).await?;
        let look = self.db.look().await?;
        let worker = Server::start(&bench.options, &self.db, "worker").await?;
        let (before, _) = self.gateway.counts();
        let began = Instant::now();
        let measured = bench
            .meters(Some(worker.pid))
            .around(async {
                self.gateway.open(true);
                while self.gateway.counts().0 < deliveries || look.count(WAITING).await? > 0 {
                    ensure!(began.elapsed() < Duration::from_secs(180), "not delivered within three minutes");
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                Ok(deliveries - before.min(deliveries))
            })
            .await?;
        bench.end_statements(&self.db, measured.items).await?;
        let (requests, different) = self.gateway.counts();
        ensure!(requests == different, "{requests} requests, {different} different: something was sent twice");
        self.gateway.forget();
        worker.stop().await?;
        Ok(measured)
    }

    /// Posts events at their time whether or not the one before has arrived, to the first `tenants` in turn; how
    /// long each took from its post to its webhook.
    async fn paced(&self, span: Duration, tenants: u64) -> Result<Measured> {
        self.gateway.forget();
        let (count, gap) = ((span.as_secs_f64() * RATE as f64) as u64, Duration::from_secs(1) / u32::try_from(RATE)?);
        let (today, due_on) = (payload::day(0), payload::day(30));
        let began = Instant::now();
        let mut posts = tokio::task::JoinSet::new();
        for at in 0..count {
            tokio::time::sleep_until((began + gap * u32::try_from(at)?).into()).await;
            let tenant = &self.tenants[(at % tenants) as usize];
            let number = payload::fresh();
            let body = payload::event(&format!("e{number}"), "invoice.issued", &payload::invoice(number, at % CUSTOMERS, &today, &due_on));
            let request = wire::post(INGEST, &tenant.key, SINGLE, body.as_bytes());
            let address = self.server.address.clone();
            posts.spawn(async move {
                let mut conn = Conn::open(&address).await?;
                let posted = Instant::now();
                let reply = conn.exchange(&request).await?;
                ensure!(reply.status == 202, "{} {}", reply.status, shown(&reply.body));
                anyhow::Ok((number, posted))
            });
        }
        let mut posted = HashMap::new();
        while let Some(done) = posts.join_next().await {
            let (number, at) = done??;
            posted.insert(number, at);
        }
        let until = Instant::now() + Duration::from_secs(60);
        while self.gateway.counts().0 < count {
            ensure!(Instant::now() < until, "{} of {count} webhooks within a minute", self.gateway.counts().0);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let mut took = Vec::new();
        for (body, at) in self.gateway.arrivals() {
            let number = number_of(&body).context("a webhook about no invoice of ours")?;
            took.push(at.duration_since(*posted.get(&number).context("a webhook that nobody caused")?).as_secs_f64() * 1000.0);
        }
        took.sort_by(f64::total_cmp);
        let of = |share: usize| took.get((took.len() * share / 100).min(took.len().saturating_sub(1))).copied().unwrap_or(0.0);
        Ok(Measured { items: took.len() as u64, p50_ms: of(50), p99_ms: of(99), ..Measured::default() })
    }

    async fn end(self, bench: &mut Bench) -> Result<()> {
        self.server.stop().await?;
        self.db.remove(bench).await
    }
}

async fn hook(server: &Server, tenant: &Tenant, url: &str, kind: &str) -> Result<()> {
    let body = json!({"url": url, "event_types": [kind]});
    server.ask("POST", "/v1/webhook_endpoints", &tenant.key, Some(&body)).await.map(drop)
}

/// The number in `"external_id":"FA-…"`.
fn number_of(body: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(body).ok()?;
    let rest = text.split_once("\"external_id\":\"FA-")?.1;
    rest.split('"').next()?.parse().ok()
}
