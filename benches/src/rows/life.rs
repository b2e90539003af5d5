//! g2, g3: start to ready with a current schema, and SIGTERM.

use std::time::Duration;

use anyhow::Result;

use crate::{
    context::Bench,
    database::Db,
    http_load::Events,
    load::{Meters, closed},
    product::Server,
    report::{Line, Target, median},
    world::Tenant,
};

/// What a busy server may take: the time limit of one HTTP send.
const LONGEST_SEND_MS: f64 = 15_000.0;

pub async fn rows(bench: &mut Bench) -> Result<()> {
    if bench.has_postgres() {
        let db = Db::postgres(bench, "life").await?;
        on(bench, db).await?;
    }
    on(bench, Db::sqlite("life")?).await
}

async fn on(bench: &mut Bench, db: Db) -> Result<()> {
    // the first start makes the schema
    let first = Server::start(&bench.options, &db, "all").await?;
    first.stop().await?;
    let (mut starts, mut stops, mut busy, mut all_well) = (Vec::new(), Vec::new(), Vec::new(), true);
    for _ in 0..bench.options.rounds.max(5) {
        let server = Server::start(&bench.options, &db, "all").await?;
        starts.push(server.started_in.as_secs_f64() * 1000.0);
        tokio::time::sleep(Duration::from_millis(500)).await;
        let (took, well) = server.stop().await?;
        stops.push(took.as_secs_f64() * 1000.0);
        all_well &= well;
    }
    for _ in 0..bench.options.rounds {
        let server = Server::start(&bench.options, &db, "all").await?;
        let tenant = Tenant::live(&server).await?;
        tenant.customers(&server, 0, 1_000).await?;
        let posts = Events::to_product(&server.address, &tenant.key, 16, 1, 1_000).await?;
        // ends in errors, because the server goes away under it
        let load = tokio::spawn(async move { closed(posts, Duration::from_secs(20), Meters::default()).await.map(|_| ()) });
        tokio::time::sleep(Duration::from_secs(1)).await;
        let (took, well) = server.stop().await?;
        busy.push(took.as_secs_f64() * 1000.0);
        all_well &= well;
        load.abort();
    }
    let on = db.name();
    let truth = |line: Line| if all_well { line } else { Line { truth: Err("exit code was not 0".to_owned()), ..line } };
    if bench.options.wants("g2") {
        bench.add(Line::value(
            "g2",
            format!("start to ready, schema current, {on} (Svix 85)"),
            "ms",
            85.0,
            median(starts),
            Target::AtMost(1.5),
        ));
    }
    if bench.options.wants("g3") {
        let idle = Line::value("g3", format!("SIGTERM, idle, {on}"), "ms", 500.0, median(stops), Target::AtMost(1.0));
        bench.add(truth(idle));
        let under_load =
            Line::value("g3", format!("SIGTERM while 16 connections post, {on}"), "ms", LONGEST_SEND_MS, median(busy), Target::AtMost(1.0));
        bench.add(truth(under_load));
    }
    db.remove(bench).await
}
