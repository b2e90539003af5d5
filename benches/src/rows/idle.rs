//! b2, g1: a server with a full book and nothing due: statements, CPU, memory.

use std::time::{Duration, Instant};

use anyhow::Result;

use crate::{
    context::Bench,
    cpu,
    database::Db,
    postgres,
    product::Server,
    report::{Line, Target},
    rows::plan::{self, Size},
};

/// Until start-up work is over.
const SETTLE: Duration = Duration::from_secs(5);
const WATCH: Duration = Duration::from_secs(20);

/// What an idle server does in a second.
#[derive(Debug)]
struct Idle {
    statements: f64,
    /// of all these statements, µs
    busy: f64,
    /// % of a core
    cpu: f64,
    pg_cpu: f64,
    resident: f64,
}

pub async fn rows(bench: &mut Bench) -> Result<()> {
    let size = Size::of(bench);
    let small = Size { tenants: size.tenants, invoices: size.tenants * 5, due: 0 };
    let few = watch(bench, small, "idle_small").await?;
    let many = watch(bench, size, "idle").await?;
    let book = format!("{} future invoices, {} tenants, PostgreSQL", size.invoices, size.tenants);
    if bench.options.wants("b2") {
        // two a second in all is what g1 allows
        let statements = Line::value("b2", format!("idle, {book}: statements"), "a second", 2.0, many.statements, Target::AtMost(1.0));
        bench.add(statements);
        let slower = format!("the same, their time against a book of {}", small.invoices);
        bench.add(Line::value("b2", slower, "µs a second", few.busy, many.busy, Target::AtMost(1.2)));
    }
    if bench.options.wants("g1") {
        bench.add(Line::value("g1", format!("idle, {book}: memory (Svix 36)"), "MiB", 36.0, many.resident, Target::AtMost(1.0)));
        bench.add(Line::value("g1", "the same: CPU", "% of a core", 0.2, many.cpu, Target::AtMost(1.0)));
        eprintln!("    beside it PostgreSQL {:.2} % of a core", many.pg_cpu);
    }
    Ok(())
}

async fn watch(bench: &Bench, size: Size, name: &str) -> Result<Idle> {
    let db = Db::postgres(bench, name).await?;
    plan::book(bench, &db, size).await?;
    let stats = postgres::connect(&db.url()).await?;
    stats.batch_execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements").await?;
    // what autovacuum would have done in a while
    stats.batch_execute("VACUUM ANALYZE").await?;
    let server = Server::start(&bench.options, &db, "all").await?;
    tokio::time::sleep(SETTLE).await;
    stats.execute("SELECT pg_stat_statements_reset()", &[]).await?;
    let began = Instant::now();
    let pg = |bench: &Bench| bench.meters(None).pg.map(cpu::tree_micros).unwrap_or(0.0);
    let (app_before, pg_before) = (cpu::fine_micros(server.pid), pg(bench));
    tokio::time::sleep(WATCH).await;
    let seconds = began.elapsed().as_secs_f64();
    let (app, pg) = (cpu::fine_micros(server.pid) - app_before, pg(bench) - pg_before);
    let seen = stats
        .query(
            "SELECT calls, total_exec_time, query FROM pg_stat_statements WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
             AND query NOT LIKE '%pg_stat_statements%' ORDER BY calls DESC",
            &[],
        )
        .await?;
    let (mut calls, mut millis) = (0_i64, 0.0_f64);
    for row in &seen {
        calls += row.get::<_, i64>(0);
        millis += row.get::<_, f64>(1);
        let text: String = row.get::<_, String>(2).split_whitespace().take(14).collect::<Vec<_>>().join(" ");
        eprintln!(
            "    {:>5} × {:>7.1} µs  {text}",
            row.get::<_, i64>(0),
            row.get::<_, f64>(1) * 1000.0 / row.get::<_, i64>(0).max(1) as f64
        );
    }
    let idle = Idle {
        statements: calls as f64 / seconds,
        busy: millis * 1000.0 / seconds,
        cpu: app / seconds / 10_000.0,
        pg_cpu: pg / seconds / 10_000.0,
        resident: cpu::resident_mib(server.pid),
    };
    drop(server);
    drop(stats);
    db.remove(bench).await?;
    Ok(idle)
}
