//! Bare claims: "claim due, advance, insert reminder" over a book of invoices, and a claimed and emptied queue.

use anyhow::{Result, ensure};
use tokio_postgres::{Client, Statement};

use crate::{load::Worker, postgres};

/// A book of `all` invoices of which none is due.
pub async fn fill(url: &str, all: u64, tenants: u64) -> Result<()> {
    let client = postgres::connect(url).await?;
    client
        .batch_execute(&format!(
            "TRUNCATE raw_invoices, raw_reminders;
             INSERT INTO raw_invoices SELECT gen_random_uuid(), ('00000000-0000-7000-8000-' || lpad((n % {tenants})::text, 12, '0'))::uuid,
                 'FA-' || n, gen_random_uuid(), 'FA-' || n, date '2026-01-01' + (n % 700)::int, 'EUR', 120000, 120000, now() + interval '60 days'
             FROM generate_series(1, {all}) AS n"
        ))
        .await?;
    Ok(client.batch_execute("VACUUM ANALYZE raw_invoices").await?)
}

/// Makes `due` of them due, and forgets what was planned.
pub async fn make_due(url: &str, due: u64) -> Result<()> {
    let client = postgres::connect(url).await?;
    client
        .batch_execute(&format!(
            "TRUNCATE raw_reminders;
             UPDATE raw_invoices SET next_action_at = now() - interval '1 hour' WHERE id IN (SELECT id FROM raw_invoices LIMIT {due})"
        ))
        .await?;
    Ok(client.batch_execute("VACUUM ANALYZE raw_invoices").await?)
}

/// Plans all that is due, 1,000 a statement.
pub async fn plan_all(url: &str, due: u64) -> Result<u64> {
    const STEP: &str = "
        WITH due AS (SELECT id FROM raw_invoices WHERE next_action_at <= now() ORDER BY next_action_at LIMIT 1000 FOR UPDATE SKIP LOCKED),
        moved AS (UPDATE raw_invoices SET next_action_at = now() + interval '7 days' FROM due WHERE raw_invoices.id = due.id
            RETURNING raw_invoices.id, raw_invoices.tenant)
        INSERT INTO raw_reminders SELECT gen_random_uuid(), tenant, id, 1, now() FROM moved ON CONFLICT (invoice_id, step) DO NOTHING";
    let client = postgres::connect(url).await?;
    let statement = client.prepare(STEP).await?;
    let mut planned = 0;
    loop {
        match client.execute(&statement, &[]).await? {
            0 => break,
            some => planned += some,
        }
    }
    ensure!(planned == due, "planned {planned} of {due}");
    Ok(planned)
}

/// Claims and deletes 100 a statement from a queue filled before.
#[derive(Debug)]
pub struct Drainer {
    client: Client,
    statement: Statement,
}

impl Drainer {
    pub async fn many(url: &str, connections: usize, jobs: u64) -> Result<Vec<Self>> {
        let client = postgres::connect(url).await?;
        client
            .batch_execute(&format!(
                "TRUNCATE raw_queue;
                 INSERT INTO raw_queue SELECT gen_random_uuid(), now() - interval '1 hour', '{{\"n\":1}}' FROM generate_series(1, {jobs})"
            ))
            .await?;
        client.batch_execute("VACUUM ANALYZE raw_queue").await?;
        let mut drainers = Vec::with_capacity(connections);
        for _ in 0..connections {
            let client = postgres::connect(url).await?;
            let statement = client
                .prepare(
                    "DELETE FROM raw_queue WHERE id IN (SELECT id FROM raw_queue WHERE run_at <= now() ORDER BY run_at LIMIT 100
                     FOR UPDATE SKIP LOCKED) RETURNING id, payload::text",
                )
                .await?;
            drainers.push(Self { client, statement });
        }
        Ok(drainers)
    }
}

impl Worker for Drainer {
    async fn once(&mut self) -> Result<u64> {
        Ok(self.client.query(&self.statement, &[]).await?.len() as u64)
    }
}
