//! `bare`: only the baselines, to know the machine.

use anyhow::Result;

use crate::{
    context::Bench,
    database::Db,
    gateway::Gateway,
    http_load::{Events, Gets},
    load::{Measured, Meters, closed},
    raw::{lite, lite_plan, lite_read, pg::Writer, pg_queue, pg_read, post::Poster},
    rows::{ingest::CUSTOMERS, plan::Size},
    sink::Sink,
};

fn say(what: &str, found: Measured) {
    println!(
        "{what:44} {:>9.0}/s  p50 {:>7.2} ms  p99 {:>7.2} ms  app {:>7.2} µs  pg {:>7.2} µs",
        found.rate, found.p50_ms, found.p99_ms, found.app_cpu, found.pg_cpu
    );
}

pub async fn all(bench: &Bench) -> Result<()> {
    let span = bench.options.span;
    let sink = Sink::start().await?;
    let meters = bench.meters(Some(sink.pid));
    say("actix hello, 32 connections", closed(Gets::many(&sink.address, 32, &Gets::hello()).await?, span, meters).await?);
    for (connections, size) in [(64, 1), (4, 100), (4, 1_000)] {
        let posts = Events::to_sink(&sink.address, connections, size, CUSTOMERS).await?;
        say(&format!("actix JSON sink, {size} a request"), closed(posts, span, meters).await?);
    }
    drop(sink);
    let gateway = Gateway::start().await?;
    say("reqwest signed POST, 64 in flight", closed(Poster::many(&gateway.url, 64)?, span, Meters::default()).await?);
    sqlite(bench).await?;
    if bench.has_postgres() { postgres(bench).await } else { Ok(()) }
}

async fn sqlite(bench: &Bench) -> Result<()> {
    let (span, size, db) = (bench.options.span, Size::of(bench), Db::sqlite("bare")?);
    let Db::Sqlite(path) = db.clone() else { anyhow::bail!("not SQLite") };
    for clients in [1, 32, 256] {
        say(&format!("SQLite group commit, {clients} clients"), lite::group_commit(path.clone(), clients, span).await?);
    }
    for batch in [100, 1_000] {
        say(&format!("SQLite 2-row, batches of {batch}"), lite::batches(path.clone(), batch, span).await?);
    }
    let book = path.with_file_name("book.db");
    let keys = lite_read::fill(book.clone(), size.invoices).await?;
    say("SQLite by id, two threads", lite_read::by_id(book.clone(), keys, span).await?);
    say("SQLite claim-advance-insert", lite_plan::plan_all(book, size.due).await?);
    db.remove(bench).await
}

async fn postgres(bench: &Bench) -> Result<()> {
    let (span, size, meters) = (bench.options.span, Size::of(bench), bench.meters(None));
    let url = bench.raw_database("bare").await?;
    for (connections, batch) in [(64, 1), (4, 100), (4, 1_000)] {
        let what = format!("PostgreSQL 2-row, {batch} a statement, {connections} connections");
        say(&what, closed(Writer::many(&url, connections, batch).await?, span, meters).await?);
    }
    pg_queue::fill(&url, size.invoices, size.tenants).await?;
    pg_queue::make_due(&url, size.due).await?;
    say("PostgreSQL claim-advance-insert", meters.around(pg_queue::plan_all(&url, size.due)).await?);
    let jobs = (span.as_secs_f64() * 120_000.0) as u64;
    say("PostgreSQL claim and delete, by 100", closed(pg_queue::Drainer::many(&url, 4, jobs).await?, span, meters).await?);
    let keys = pg_read::keys(&url, 2_000).await?;
    say("PostgreSQL by id, 32 connections", closed(pg_read::ById::many(&url, 32, &keys).await?, span, meters).await?);
    pg_queue::fill(&url, size.invoices, 1).await?;
    say("PostgreSQL keyset page of 50, 16 connections", closed(pg_read::Pages::many(&url, 16).await?, span, meters).await?);
    bench.cluster()?.drop(&url).await
}
