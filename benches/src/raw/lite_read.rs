//! Bare rusqlite reads: one row by key, from as many threads as there are cores.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use rusqlite::params;
use uuid::Uuid;

use super::lite;
use crate::{cpu, load::Measured};

/// A book of `all` invoices; their keys.
pub async fn fill(path: PathBuf, all: u64) -> Result<Vec<Uuid>> {
    tokio::task::spawn_blocking(move || {
        let mut conn = lite::open(&path)?;
        let tx = conn.transaction()?;
        let mut keys = Vec::new();
        for number in 0..all {
            let id = Uuid::now_v7();
            tx.prepare_cached("INSERT INTO raw_invoices VALUES (?1, ?2, ?3, ?2, ?3, '2030-01-01', 'EUR', 120000, 120000, 4000000000000)")?
                .execute(params![id.as_bytes(), Uuid::from_u128(7).as_bytes(), format!("FA-{number}")])?;
            keys.push(id);
        }
        tx.commit()?;
        Ok(keys)
    })
    .await?
}

/// Reads by key from two threads.
pub async fn by_id(path: PathBuf, keys: Vec<Uuid>, span: Duration) -> Result<Measured> {
    let threads: Vec<_> = (0..2_usize)
        .map(|n| {
            let (path, keys) = (path.clone(), keys.clone());
            tokio::task::spawn_blocking(move || -> Result<(u64, f64, f64)> {
                let conn = lite::open(&path)?;
                let (began, before, mut reads) = (Instant::now(), cpu::this_thread_micros(), 0_u64);
                while began.elapsed() < span {
                    for step in 0..100 {
                        let key = &keys[(n * 97 + reads as usize * 31 + step) % keys.len()];
                        let open: i64 = conn
                            .prepare_cached("SELECT id, tenant, external_id, customer_id, number, due_on, currency, total, open FROM raw_invoices WHERE id = ?1")?
                            .query_row(params![key.as_bytes()], |row| {
                                let _: String = row.get(2)?;
                                row.get(8)
                            })?;
                        ensure!(open > 0);
                    }
                    reads += 100;
                }
                Ok((reads, began.elapsed().as_secs_f64(), cpu::this_thread_micros() - before))
            })
        })
        .collect();
    let mut total = Measured::default();
    let mut spent = 0.0;
    for thread in threads {
        let (reads, seconds, cpu) = thread.await??;
        total.items += reads;
        total.rate += reads as f64 / seconds;
        spent += cpu;
    }
    total.app_cpu = spent / total.items.max(1) as f64;
    Ok(total)
}
