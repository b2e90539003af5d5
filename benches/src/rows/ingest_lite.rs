//! a2, a4: events in, SQLite, against one bare writer with group commit or batches.

use anyhow::Result;

use crate::{
    context::Bench,
    database::Db,
    http_load::Events,
    load::{Measured, Meters, closed},
    product::Server,
    raw::lite,
    report::{Rounds, Target},
    rows::ingest::CUSTOMERS,
    world::Tenant,
};

/// a2: one event a request, few and many clients.
pub async fn single(bench: &mut Bench) -> Result<()> {
    row(bench, "a2", 32, 1).await?;
    row(bench, "a2", 256, 1).await
}

/// a4: batches of 1,000.
pub async fn batches(bench: &mut Bench) -> Result<()> {
    row(bench, "a4", 2, 1_000).await
}

async fn row(bench: &mut Bench, name: &'static str, connections: usize, size: usize) -> Result<()> {
    let span = bench.options.span;
    let (raw, db) = (Db::sqlite(&format!("raw-{name}-{connections}"))?, Db::sqlite(&format!("{name}-{connections}"))?);
    let server = Server::start(&bench.options, &db, "api").await?;
    let tenant = Tenant::live(&server).await?;
    tenant.customers(&server, 0, CUSTOMERS).await?;
    let mut rounds = Rounds::default();
    for _ in 0..bench.options.rounds {
        let bare = bare(&raw, connections, size, span).await?;
        let posts = Events::to_product(&server.address, &tenant.key, connections, size, CUSTOMERS).await?;
        let meters = Meters { app: Some(server.pid), pg: None };
        rounds.add(bare, closed(posts, span, meters).await?);
    }
    let counted = db.count("SELECT count(*) FROM invoices").await?;
    let what = format!("ingest, {size} a request, {connections} connections, SQLite");
    bench.add(rounds.rates(name, what, "events/s", Target::AtLeast(0.5)).with_truth(rounds.items(), counted));
    drop(server);
    db.remove(bench).await?;
    raw.remove(bench).await
}

async fn bare(raw: &Db, clients: usize, size: usize, span: std::time::Duration) -> Result<Measured> {
    let Db::Sqlite(path) = raw.clone() else { anyhow::bail!("a2 and a4 are about SQLite") };
    if size == 1 { lite::group_commit(path, clients, span).await } else { lite::batches(path, size, span).await }
}
