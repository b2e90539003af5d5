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
    statements,
};

/// Until start-up work is over.
const SETTLE: Duration = Duration::from_secs(5);
const WATCH: Duration = Duration::from_secs(20);

/// What an idle server does in a second.
#[derive(Debug)]
struct Idle {
    /// statements on tables that every tick makes
    a_tick: f64,
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
        let tick = Line::value("b2", format!("idle, {book}: statements a tick"), "statements", 1.0, many.a_tick, Target::AtMost(1.0));
        bench.add(tick);
        let slower = format!("the same: all statements, their time against a book of {}", small.invoices);
        bench.add(Line::value("b2", slower, "µs a second", few.busy, many.busy, Target::AtMost(1.2)));
    }
    if bench.options.wants("g1") {
        bench.add(Line::value("g1", format!("idle, {book}: memory (Svix 36)"), "MiB", 36.0, many.resident, Target::AtMost(1.0)));
        bench.add(Line::value("g1", "the same: CPU", "% of a core", 0.2, many.cpu, Target::AtMost(1.0)));
        // two a second in all, says performance.md; BEGIN, SET and COMMIT are counted here
        bench.add(Line::value("g1", "the same: statements in all", "a second", 2.0, many.statements, Target::AtMost(1.0)));
        eprintln!("    beside it PostgreSQL {:.2} % of a core", many.pg_cpu);
    }
    Ok(())
}

async fn watch(bench: &Bench, size: Size, name: &str) -> Result<Idle> {
    let db = Db::postgres(bench, name).await?;
    plan::book(bench, &db, size).await?;
    let stats = postgres::connect(&db.url()).await?;
    // what autovacuum would have done in a while
    stats.batch_execute("VACUUM ANALYZE").await?;
    let server = Server::start(&bench.options, &db, "all").await?;
    tokio::time::sleep(SETTLE).await;
    statements::reset(&stats).await?;
    let began = Instant::now();
    let pg = |bench: &Bench| bench.meters(None).pg.map(cpu::tree_micros).unwrap_or(0.0);
    let (app_before, pg_before) = (cpu::fine_micros(server.pid), pg(bench));
    tokio::time::sleep(WATCH).await;
    let seconds = began.elapsed().as_secs_f64();
    let (app, pg) = (cpu::fine_micros(server.pid) - app_before, pg(bench) - pg_before);
    let seen = statements::seen(&stats).await?;
    statements::tell(&seen, WATCH.as_secs());
    let calls: i64 = seen.iter().map(|one| one.calls).sum();
    let millis: f64 = seen.iter().map(|one| one.millis).sum();
    let tables: Vec<i64> = seen.iter().filter(|one| one.text.contains(" FROM ")).map(|one| one.calls).collect();
    let ticks = tables.iter().copied().max().unwrap_or(0);
    let idle = Idle {
        // what runs half as often is another clock's work
        a_tick: tables.iter().filter(|calls| **calls * 2 > ticks).count() as f64,
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
