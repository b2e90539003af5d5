//! Bare rusqlite "claim due, advance, insert reminder", 1,000 a transaction.

use std::{path::PathBuf, time::Instant};

use anyhow::{Result, ensure};

use super::lite;
use crate::{cpu, load::Measured};

/// Makes `due` rows of the book due and plans them.
pub async fn plan_all(path: PathBuf, due: u64) -> Result<Measured> {
    tokio::task::spawn_blocking(move || {
        let mut conn = lite::open(&path)?;
        conn.execute_batch(&format!(
            "DELETE FROM raw_reminders; UPDATE raw_invoices SET next_action_at = 1 WHERE id IN (SELECT id FROM raw_invoices LIMIT {due});
             CREATE TEMP TABLE IF NOT EXISTS pick (id BLOB PRIMARY KEY, tenant BLOB);"
        ))?;
        let (began, before, mut planned) = (Instant::now(), cpu::this_thread_micros(), 0_u64);
        loop {
            let tx = conn.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
            tx.execute("DELETE FROM pick", [])?;
            let claimed = tx.execute(
                "INSERT INTO pick SELECT id, tenant FROM raw_invoices WHERE next_action_at <= 2 ORDER BY next_action_at LIMIT 1000",
                [],
            )?;
            tx.execute("UPDATE raw_invoices SET next_action_at = 4000000000000 WHERE id IN (SELECT id FROM pick)", [])?;
            tx.execute(
                "INSERT INTO raw_reminders SELECT randomblob(16), tenant, id, 1, 3 FROM pick WHERE true ON CONFLICT DO NOTHING",
                [],
            )?;
            tx.commit()?;
            if claimed == 0 {
                break;
            }
            planned += claimed as u64;
        }
        ensure!(planned == due, "planned {planned} of {due}");
        let each = planned.max(1) as f64;
        let app_cpu = (cpu::this_thread_micros() - before) / each;
        Ok(Measured { items: planned, rate: each / began.elapsed().as_secs_f64(), app_cpu, ..Measured::default() })
    })
    .await?
}
