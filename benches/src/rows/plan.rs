//! b1: due invoices planned beside many that are not, against claim-advance-insert.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use futures::{StreamExt, TryStreamExt, stream};

use crate::{
    context::Bench,
    database::{Db, Look},
    load::Measured,
    product::Server,
    raw::{lite_plan, lite_read, pg_queue},
    report::{Rounds, Target},
    world::Tenant,
};

/// Invoices of one customer.
const EACH: u64 = 5;
/// External ids of due customers begin here, those of each round so far apart.
const DUE_FROM: u64 = 1_000_000;

/// A live customer's facts rest for five seconds before anything is planned on them.
pub const SETTLES: Duration = Duration::from_secs(6);

/// How large the book is.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub tenants: u64,
    pub invoices: u64,
    pub due: u64,
}

impl Size {
    pub fn of(bench: &Bench) -> Self {
        let tenants = bench.options.scaled(1_000, 2);
        // whole customers in every tenant
        let whole = |full: u64| (bench.options.scaled(full, tenants * EACH) / (tenants * EACH)).max(1) * tenants * EACH;
        Self { tenants, invoices: whole(1_000_000), due: whole(100_000) }
    }

    fn customers(self, invoices: u64) -> u64 {
        invoices / EACH / self.tenants
    }
}

/// Tenants with invoices due in a month; nothing of them is due for a look afterwards.
pub async fn book(bench: &Bench, db: &Db, size: Size) -> Result<Vec<Tenant>> {
    let api = Server::start(&bench.options, db, "api").await?;
    let tenants: Vec<Tenant> = stream::iter(0..size.tenants).map(|_| Tenant::chasing(&api, None)).buffer_unordered(4).try_collect().await?;
    let each = size.customers(size.invoices);
    stream::iter(&tenants)
        .map(Ok)
        .try_for_each_concurrent(4, async |tenant: &Tenant| {
            tenant.customers(&api, 0, each).await?;
            tenant.invoices(&api, 0, each, EACH, 30).await
        })
        .await?;
    api.stop().await?;
    work_off(bench, db).await?;
    Ok(tenants)
}

/// Lets a worker do all that is due.
async fn work_off(bench: &Bench, db: &Db) -> Result<Measured> {
    tokio::time::sleep(SETTLES).await;
    let look = db.look().await?;
    let before = due(&look).await?;
    let began = Instant::now();
    let worker = Server::start(&bench.options, db, "worker").await?;
    let measured = bench
        .meters(Some(worker.pid))
        .around(async {
            loop {
                let left = due(&look).await?;
                if left == 0 {
                    return Ok(before);
                }
                ensure!(began.elapsed() < Duration::from_secs(300), "{left} customers still due after 5 minutes");
                tokio::time::sleep(Duration::from_millis(25)).await;
            }
        })
        .await?;
    let whole = began.elapsed().as_secs_f64();
    worker.stop().await?;
    // from spawn to done: it begins before it says that it is ready
    Ok(Measured { rate: before as f64 / whole, ..measured })
}

/// Customers due for a look.
async fn due(look: &Look) -> Result<u64> {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_millis();
    look.count(&format!("SELECT count(*) FROM customers WHERE live AND next_check_at <= {now}")).await
}

/// b1 on every database there is.
pub async fn row(bench: &mut Bench) -> Result<()> {
    if bench.has_postgres() {
        let raw = bench.raw_database("b1").await?;
        let size = Size::of(bench);
        pg_queue::fill(&raw, size.invoices, size.tenants).await?;
        let db = Db::postgres(bench, "b1").await?;
        on(bench, db, Db::Postgres(raw)).await?;
    }
    let raw = Db::sqlite("raw-b1")?;
    if let Db::Sqlite(path) = &raw {
        lite_read::fill(path.clone(), Size::of(bench).invoices).await?;
    }
    on(bench, Db::sqlite("b1")?, raw).await
}

async fn on(bench: &mut Bench, db: Db, raw: Db) -> Result<()> {
    let size = Size::of(bench);
    let tenants = book(bench, &db, size).await?;
    let each = size.customers(size.due);
    let mut rounds = Rounds::default();
    for round in 0..bench.options.rounds as u64 {
        let bare = bare(bench, &raw, size.due).await?;
        let api = Server::start(&bench.options, &db, "api").await?;
        let from = DUE_FROM * (round + 1);
        for tenant in &tenants {
            tenant.customers(&api, from, each).await?;
            tenant.invoices(&api, from, each, EACH, -10).await?;
        }
        api.stop().await?;
        bench.begin_statements(&db).await?;
        let planned = work_off(bench, &db).await?;
        bench.end_statements(&db, planned.items * EACH).await?;
        // a row is an invoice
        let by_row = EACH as f64;
        let ours = Measured {
            items: planned.items * EACH,
            rate: planned.rate * by_row,
            app_cpu: planned.app_cpu / by_row,
            pg_cpu: planned.pg_cpu / by_row,
            ..planned
        };
        rounds.add(bare, ours);
    }
    let counted = db.count("SELECT count(*) FROM invoice_steps").await?;
    let what = format!("plan {} due of {}, {} tenants, {EACH} invoices a customer, {}", size.due, size.invoices, size.tenants, db.name());
    bench.add(rounds.rates("b1", what, "invoices/s", Target::AtLeast(0.6)).with_truth(rounds.items(), counted));
    db.remove(bench).await?;
    raw.remove(bench).await
}

async fn bare(bench: &Bench, raw: &Db, due: u64) -> Result<Measured> {
    match raw {
        Db::Postgres(url) => {
            pg_queue::make_due(url, due).await?;
            bench.meters(None).around(pg_queue::plan_all(url, due)).await
        }
        Db::Sqlite(path) => lite_plan::plan_all(path.clone(), due).await,
    }
}
