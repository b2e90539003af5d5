//! e1, e2: reading by id and page by page, against hello + bare reads.

use anyhow::Result;

use crate::{
    context::Bench,
    database::Db,
    http_load::{Get, Gets, Pages},
    load::{Meters, closed, together},
    product::Server,
    raw::{lite_read, pg_queue, pg_read},
    report::{Rounds, Target},
    sink::Sink,
    wire,
    world::{self, Tenant},
};

const CONNECTIONS: usize = 32;
const LISTERS: usize = 16;
const EACH: u64 = 10;

pub async fn rows(bench: &mut Bench) -> Result<()> {
    if bench.has_postgres() {
        let db = Db::postgres(bench, "read").await?;
        postgres(bench, db).await?;
    }
    if bench.options.wants("e1") { sqlite(bench).await } else { Ok(()) }
}

/// One tenant with a book.
async fn book(bench: &Bench, db: &Db) -> Result<(Server, Tenant, u64)> {
    let invoices = bench.options.scaled(1_000_000, 2_000) / EACH * EACH;
    let server = Server::start(&bench.options, db, "api").await?;
    let tenant = Tenant::live(&server).await?;
    tenant.customers(&server, 0, invoices / EACH).await?;
    tenant.invoices(&server, 0, invoices / EACH, EACH, 30).await?;
    Ok((server, tenant, invoices))
}

async fn requests(server: &Server, tenant: &Tenant) -> Result<Vec<Get>> {
    let ids = world::invoice_ids(server, tenant, 10).await?;
    Ok(ids.into_iter().map(|id| (wire::get(&format!("/v1/invoices/{id}"), &tenant.key), id)).collect())
}

async fn postgres(bench: &mut Bench, db: Db) -> Result<()> {
    let span = bench.options.span;
    let (server, tenant, invoices) = book(bench, &db).await?;
    bench_analyze(&db).await?;
    let raw = bench.raw_database("read").await?;
    pg_queue::fill(&raw, invoices, 1).await?;
    let (keys, requests) = (pg_read::keys(&raw, 2_000).await?, requests(&server, &tenant).await?);
    let sink = Sink::start().await?;
    let hello = Gets::hello();
    let (mut by_id, mut pages) = (Rounds::default(), Rounds::default());
    for _ in 0..bench.options.rounds {
        if bench.options.wants("e1") {
            let http = closed(Gets::many(&sink.address, CONNECTIONS, &hello).await?, span, bench.meters(Some(sink.pid))).await?;
            let reads = closed(pg_read::ById::many(&raw, CONNECTIONS, &keys).await?, span, bench.meters(None)).await?;
            let gets = Gets::many(&server.address, CONNECTIONS, &requests).await?;
            bench.begin_statements(&db).await?;
            let ours = closed(gets, span, bench.meters(Some(server.pid))).await?;
            bench.end_statements(&db, ours.items).await?;
            by_id.add(together(&[http, reads]), ours);
        }
        if bench.options.wants("e2") {
            let bare = closed(pg_read::Pages::many(&raw, LISTERS).await?, span, bench.meters(None)).await?;
            let lists = Pages::many(&server.address, LISTERS, "/v1/invoices?status=open&limit=50", &tenant.key).await?;
            bench.begin_statements(&db).await?;
            let ours = closed(lists, span, bench.meters(Some(server.pid))).await?;
            bench.end_statements(&db, ours.items).await?;
            pages.add(bare, ours);
        }
    }
    if bench.options.wants("e1") {
        let what = format!("GET one of {invoices} invoices, {CONNECTIONS} connections, PostgreSQL");
        bench.add(by_id.rates("e1", what, "requests/s", Target::AtLeast(0.5)));
    }
    if bench.options.wants("e2") {
        let what = format!("pages of 50 open invoices of {invoices}, {LISTERS} connections, PostgreSQL");
        bench.add(pages.p99("e2", what, Target::AtMost(2.0)));
    }
    drop(server);
    db.remove(bench).await?;
    bench.cluster()?.drop(&raw).await
}

/// What autovacuum would have done in a while.
async fn bench_analyze(db: &Db) -> Result<()> {
    Ok(crate::postgres::connect(&db.url()).await?.batch_execute("VACUUM ANALYZE").await?)
}

async fn sqlite(bench: &mut Bench) -> Result<()> {
    let span = bench.options.span;
    let (raw, db) = (Db::sqlite("raw-e1")?, Db::sqlite("e1")?);
    let Db::Sqlite(path) = raw.clone() else { anyhow::bail!("not SQLite") };
    let (server, tenant, invoices) = book(bench, &db).await?;
    let keys = lite_read::fill(path.clone(), invoices).await?;
    let requests = requests(&server, &tenant).await?;
    let sink = Sink::start().await?;
    let hello = Gets::hello();
    let meters = |pid| Meters { app: Some(pid), pg: None };
    let mut rounds = Rounds::default();
    for _ in 0..bench.options.rounds {
        let http = closed(Gets::many(&sink.address, CONNECTIONS, &hello).await?, span, meters(sink.pid)).await?;
        let reads = lite_read::by_id(path.clone(), keys.clone(), span).await?;
        let gets = Gets::many(&server.address, CONNECTIONS, &requests).await?;
        rounds.add(together(&[http, reads]), closed(gets, span, meters(server.pid)).await?);
    }
    let what = format!("GET one of {invoices} invoices, {CONNECTIONS} connections, SQLite");
    bench.add(rounds.rates("e1", what, "requests/s", Target::AtLeast(0.5)));
    drop(server);
    db.remove(bench).await?;
    raw.remove(bench).await
}
