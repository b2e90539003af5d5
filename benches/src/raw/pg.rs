//! Bare tokio-postgres: "2-row" inserts, an event row (unique id, jsonb) and an invoice upsert.

use anyhow::Result;
use tokio_postgres::{Client, Statement};
use uuid::Uuid;

use crate::{load::Worker, payload, postgres};

pub const SCHEMA: &str = "
CREATE TABLE raw_events (id uuid PRIMARY KEY, tenant uuid NOT NULL, event_id text NOT NULL, payload jsonb NOT NULL,
    received_at bigint NOT NULL, UNIQUE (tenant, event_id));
CREATE TABLE raw_invoices (id uuid PRIMARY KEY, tenant uuid NOT NULL, external_id text NOT NULL, customer_id uuid NOT NULL,
    number text NOT NULL, due_on date NOT NULL, currency text NOT NULL, total bigint NOT NULL, open bigint NOT NULL,
    next_action_at timestamptz, UNIQUE (tenant, external_id)) WITH (fillfactor = 90);
CREATE INDEX raw_invoices_open ON raw_invoices (tenant, due_on, id) WHERE open > 0;
CREATE INDEX raw_invoices_due ON raw_invoices (next_action_at) WHERE next_action_at IS NOT NULL;
CREATE TABLE raw_reminders (id uuid PRIMARY KEY, tenant uuid NOT NULL, invoice_id uuid NOT NULL, step int NOT NULL,
    planned_at timestamptz NOT NULL, UNIQUE (invoice_id, step));
CREATE TABLE raw_queue (id uuid PRIMARY KEY, run_at timestamptz NOT NULL, payload jsonb NOT NULL);
CREATE INDEX raw_queue_due ON raw_queue (run_at);";

/// `$1..$4`: arrays of id, tenant, key, payload; both rows of every item in one statement.
const BOTH: &str = "
WITH item AS (SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) AS t (id, tenant, key, payload)),
event AS (INSERT INTO raw_events SELECT id, tenant, key, payload::jsonb, 0 FROM item ON CONFLICT (tenant, event_id) DO NOTHING)
INSERT INTO raw_invoices SELECT id, tenant, key, tenant, key, date '2030-01-01' + (hashtext(key) & 255), 'EUR', 120000, 120000,
    now() + interval '30 days' FROM item
ON CONFLICT (tenant, external_id) DO UPDATE SET total = excluded.total, open = excluded.open";

/// One connection that writes batches of one size.
#[derive(Debug)]
pub struct Writer {
    client: Client,
    statement: Statement,
    tenant: Uuid,
    size: usize,
}

impl Writer {
    pub async fn many(url: &str, connections: usize, size: usize) -> Result<Vec<Self>> {
        let mut writers = Vec::with_capacity(connections);
        for _ in 0..connections {
            let client = postgres::connect(url).await?;
            let statement = client.prepare(BOTH).await?;
            writers.push(Self { client, statement, tenant: Uuid::from_u128(7), size });
        }
        Ok(writers)
    }
}

impl Worker for Writer {
    async fn once(&mut self) -> Result<u64> {
        let mut columns: (Vec<Uuid>, Vec<Uuid>, Vec<String>, Vec<String>) = Default::default();
        for _ in 0..self.size {
            let number = payload::fresh();
            columns.0.push(Uuid::now_v7());
            columns.1.push(self.tenant);
            columns.2.push(format!("FA-{number}"));
            columns.3.push(payload::invoice(number, number % 5_000, "2026-10-01", "2026-11-01"));
        }
        Ok(self.client.execute(&self.statement, &[&columns.0, &columns.1, &columns.2, &columns.3]).await?)
    }
}
