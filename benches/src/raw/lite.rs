//! Bare rusqlite: 2-row inserts with `synchronous=FULL`, by one writer with group commit, or in batches.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use rusqlite::{Connection, params};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use crate::{
    cpu,
    load::{self, Measured, Meters, Worker},
    payload,
};

/// At most so many waiting items share a commit.
const GROUP: usize = 500;

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS raw_events (id BLOB PRIMARY KEY, tenant BLOB NOT NULL, event_id TEXT NOT NULL, payload TEXT NOT NULL,
    received_at INTEGER NOT NULL, UNIQUE (tenant, event_id));
CREATE TABLE IF NOT EXISTS raw_invoices (id BLOB PRIMARY KEY, tenant BLOB NOT NULL, external_id TEXT NOT NULL, customer_id BLOB NOT NULL,
    number TEXT NOT NULL, due_on TEXT NOT NULL, currency TEXT NOT NULL, total INTEGER NOT NULL, open INTEGER NOT NULL,
    next_action_at INTEGER, UNIQUE (tenant, external_id));
CREATE INDEX IF NOT EXISTS raw_invoices_open ON raw_invoices (tenant, due_on, id) WHERE open > 0;
CREATE INDEX IF NOT EXISTS raw_invoices_due ON raw_invoices (next_action_at) WHERE next_action_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS raw_reminders (id BLOB PRIMARY KEY, tenant BLOB NOT NULL, invoice_id BLOB NOT NULL, step INTEGER NOT NULL,
    planned_at INTEGER NOT NULL, UNIQUE (invoice_id, step));";

pub fn open(path: &Path) -> Result<Connection> {
    let conn = Connection::open(path)?;
    conn.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -8000; PRAGMA wal_autocheckpoint = 4000;
         PRAGMA busy_timeout = 5000;",
    )?;
    conn.execute_batch(SCHEMA)?;
    Ok(conn)
}

/// One committed group of 2-row items.
fn write(conn: &mut Connection, size: usize) -> Result<()> {
    let tx = conn.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    {
        let mut event = tx.prepare_cached("INSERT INTO raw_events VALUES (?1, ?2, ?3, ?4, 0) ON CONFLICT DO NOTHING")?;
        let mut invoice = tx.prepare_cached(
            "INSERT INTO raw_invoices VALUES (?1, ?2, ?3, ?2, ?3, ?4, 'EUR', 120000, 120000, 4000000000000)
             ON CONFLICT (tenant, external_id) DO UPDATE SET total = excluded.total, open = excluded.open",
        )?;
        let tenant = Uuid::from_u128(7);
        for _ in 0..size {
            let number = payload::fresh();
            let (id, key) = (Uuid::now_v7(), format!("FA-{number}"));
            let text = payload::invoice(number, number % 5_000, "2026-10-01", "2026-11-01");
            event.execute(params![id.as_bytes(), tenant.as_bytes(), key, text])?;
            invoice.execute(params![id.as_bytes(), tenant.as_bytes(), key, format!("2030-01-{:02}", number % 28 + 1)])?;
        }
    }
    Ok(tx.commit()?)
}

struct Waiting(mpsc::Sender<oneshot::Sender<()>>);

impl Worker for Waiting {
    async fn once(&mut self) -> Result<u64> {
        let (done, answered) = oneshot::channel();
        self.0.send(done).await?;
        answered.await.context("the writer is gone")?;
        Ok(1)
    }
}

/// `clients` wait for one writer that commits all who wait together.
pub async fn group_commit(path: PathBuf, clients: usize, span: Duration) -> Result<Measured> {
    let (ask, mut asked) = mpsc::channel::<oneshot::Sender<()>>(1024);
    let writer = std::thread::spawn(move || -> Result<f64> {
        let mut conn = open(&path)?;
        let before = cpu::this_thread_micros();
        let mut group = Vec::with_capacity(GROUP);
        while asked.blocking_recv().map(|first| group.push(first)).is_some() {
            while group.len() < GROUP
                && let Ok(next) = asked.try_recv()
            {
                group.push(next);
            }
            write(&mut conn, group.len())?;
            group.drain(..).for_each(|waiting| {
                let _ = waiting.send(());
            });
        }
        Ok(cpu::this_thread_micros() - before)
    });
    let workers = (0..clients).map(|_| Waiting(ask.clone())).collect();
    drop(ask);
    let mut measured = load::closed(workers, span, Meters::default()).await?;
    let spent = tokio::task::spawn_blocking(move || writer.join()).await?.map_err(|_| anyhow::anyhow!("the writer panicked"))??;
    measured.app_cpu = spent / measured.items.max(1) as f64;
    Ok(measured)
}

/// One writer, so many items a transaction.
pub async fn batches(path: PathBuf, size: usize, span: Duration) -> Result<Measured> {
    tokio::task::spawn_blocking(move || {
        let mut conn = open(&path)?;
        let (began, before, mut items) = (Instant::now(), cpu::this_thread_micros(), 0);
        while began.elapsed() < span {
            write(&mut conn, size)?;
            items += size as u64;
        }
        let each = items.max(1) as f64;
        let app_cpu = (cpu::this_thread_micros() - before) / each;
        Ok(Measured { items, rate: each / began.elapsed().as_secs_f64(), app_cpu, ..Measured::default() })
    })
    .await?
}
