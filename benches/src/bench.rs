//! Measures the release binary from outside, beside bare drivers and a hello-world server, and holds the
//! figures of `docs/performance.md`. Ratios are taken A B A B in one run; CPU time stands beside every rate,
//! because a busy machine changes it least.

mod context;
mod cpu;
mod database;
mod gateway;
mod http_load;
mod load;
mod options;
mod payload;
mod postgres;
mod product;
mod raw;
mod report;
mod rows;
mod sink;
mod statements;
mod wire;
mod world;

use anyhow::{Result, bail};

use crate::{
    context::Bench,
    options::Options,
    rows::{bare, dispatch, idle, ingest, ingest_lite, life, plan, read, replay, webhooks},
};

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    if std::env::args().nth(1).as_deref() == Some("sink") {
        return sink::serve(arguments.nth(1).unwrap_or_default().parse()?);
    }
    let options = Options::read(&mut arguments)?;
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?.block_on(run(options))
}

async fn run(options: Options) -> Result<()> {
    let mut bench = Bench::begin(options).await?;
    if bench.options.rows == ["bare"] {
        return bare::all(&bench).await;
    }
    let mut failed = Vec::new();
    for row in ["a1", "a2", "a3", "a4", "a5", "b1", "c1", "c2", "d1", "d3", "e1", "b2", "g2"] {
        if let Err(error) = one(&mut bench, row).await {
            eprintln!("{row}: {error:#}");
            failed.push(row);
        }
    }
    let honest = bench.finish()?;
    if !honest || !failed.is_empty() {
        bail!("rows that did not end: {failed:?}; counts {}", if honest { "right" } else { "WRONG" });
    }
    Ok(())
}

/// Runs a row, or nothing when it was not asked for or has no database.
async fn one(bench: &mut Bench, row: &str) -> Result<()> {
    let asked = |names: &[&str]| names.iter().any(|name| bench.options.wants(name));
    let postgres = bench.has_postgres();
    match row {
        "a1" if asked(&["a1"]) && postgres => ingest::single(bench).await,
        "a2" if asked(&["a2"]) => ingest_lite::single(bench).await,
        "a3" if asked(&["a3"]) && postgres => ingest::batches(bench).await,
        "a4" if asked(&["a4"]) => ingest_lite::batches(bench).await,
        "a5" if asked(&["a5"]) => replay::row(bench).await,
        "b1" if asked(&["b1"]) => plan::row(bench).await,
        "c1" if asked(&["c1"]) && postgres => dispatch::at_once(bench).await,
        "c2" if asked(&["c2"]) && postgres => dispatch::against_posts(bench).await,
        "d1" if asked(&["d1", "d2"]) && postgres => webhooks::drain(bench).await,
        "d3" if asked(&["d3", "d4"]) && postgres => webhooks::open_loop(bench).await,
        "e1" if asked(&["e1", "e2"]) => read::rows(bench).await,
        "b2" if asked(&["b2", "g1"]) && postgres => idle::rows(bench).await,
        "g2" if asked(&["g2", "g3"]) => life::rows(bench).await,
        _ => Ok(()),
    }
}
