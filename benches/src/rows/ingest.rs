//! a1, a3: events in, PostgreSQL, against sink and bare 2-row inserts.

use anyhow::Result;

use crate::{
    context::Bench,
    database::Db,
    http_load::Events,
    load::{closed, together},
    product::Server,
    raw::pg::Writer,
    report::{Rounds, Target},
    sink::Sink,
    world::Tenant,
};

/// Customers that the invoices belong to.
pub const CUSTOMERS: u64 = 5_000;

/// a1: one event a request.
pub async fn single(bench: &mut Bench) -> Result<()> {
    row(bench, "a1", 64, 1, 0.6).await
}

/// a3: batches.
pub async fn batches(bench: &mut Bench) -> Result<()> {
    row(bench, "a3", 4, 100, 0.5).await?;
    row(bench, "a3", 4, 1_000, 0.6).await
}

async fn row(bench: &mut Bench, name: &'static str, connections: usize, size: usize, least: f64) -> Result<()> {
    let span = bench.options.span;
    let raw = bench.raw_database(&format!("{name}_{size}")).await?;
    let db = Db::postgres(bench, &format!("{name}_{size}")).await?;
    // what looks at customers afterwards is b1's work
    let server = Server::start(&bench.options, &db, "api").await?;
    let tenant = Tenant::live(&server).await?;
    tenant.customers(&server, 0, CUSTOMERS).await?;
    let sink = Sink::start().await?;
    let mut rounds = Rounds::default();
    for _ in 0..bench.options.rounds {
        let posts = Events::to_sink(&sink.address, connections, size, CUSTOMERS).await?;
        let http = closed(posts, span, bench.meters(Some(sink.pid))).await?;
        let writes = closed(Writer::many(&raw, connections, size).await?, span, bench.meters(None)).await?;
        let posts = Events::to_product(&server.address, &tenant.key, connections, size, CUSTOMERS).await?;
        bench.begin_statements(&db).await?;
        let ours = closed(posts, span, bench.meters(Some(server.pid))).await?;
        bench.end_statements(&db, ours.items).await?;
        rounds.add(together(&[http, writes]), ours);
    }
    let counted = db.count("SELECT count(*) FROM invoices").await?;
    let what = format!("ingest, {size} a request, {connections} connections, PostgreSQL");
    bench.add(rounds.rates(name, what, "events/s", Target::AtLeast(least)).with_truth(rounds.items(), counted));
    drop(server);
    db.remove(bench).await?;
    bench.cluster()?.drop(&raw).await
}
