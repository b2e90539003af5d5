//! a5: whole batches once more; nothing may change, and it should cost less than the first time.

use anyhow::{Result, ensure};

use crate::{
    context::Bench,
    database::Db,
    http_load, payload,
    product::Server,
    report::{Rounds, Target},
    rows::ingest::CUSTOMERS,
    wire,
    world::{BATCH, INGEST, Tenant},
};

const CONNECTIONS: usize = 4;
const BATCHES: usize = 8;
const SIZE: usize = 1_000;

/// On every database there is.
pub async fn row(bench: &mut Bench) -> Result<()> {
    if bench.has_postgres() {
        let db = Db::postgres(bench, "a5").await?;
        on(bench, db).await?;
    }
    on(bench, Db::sqlite("a5")?).await
}

async fn on(bench: &mut Bench, db: Db) -> Result<()> {
    let server = Server::start(&bench.options, &db, "api").await?;
    let tenant = Tenant::live(&server).await?;
    tenant.customers(&server, 0, CUSTOMERS).await?;
    let (issued_on, due_on) = (payload::day(0), payload::day(30));
    let mut rounds = Rounds::default();
    for _ in 0..bench.options.rounds {
        let body = || wire::post(INGEST, &tenant.key, BATCH, payload::fresh_batch(SIZE, CUSTOMERS, &issued_on, &due_on).as_bytes());
        let requests: Vec<Vec<Vec<u8>>> = (0..CONNECTIONS).map(|_| (0..BATCHES).map(|_| body()).collect()).collect();
        let meters = bench.meters(Some(server.pid));
        let first = meters.around(http_load::replay(&server.address, &requests, "accepted")).await?;
        let again = meters.around(http_load::replay(&server.address, &requests, "duplicate")).await?;
        ensure!(first.items == again.items, "{} accepted, {} duplicates", first.items, again.items);
        rounds.add(first, again);
    }
    let counted = db.count("SELECT count(*) FROM invoices").await?;
    let what = format!("the same batches of {SIZE} again, {}", db.name());
    bench.add(rounds.rates("a5", what, "events/s", Target::AtLeast(1.0)).with_truth(rounds.items(), counted));
    drop(server);
    db.remove(bench).await
}
