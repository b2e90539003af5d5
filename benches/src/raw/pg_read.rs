//! Bare reads: one row by key, one keyset page of 50.

use anyhow::{Result, ensure};
use tokio_postgres::{Client, Statement};
use uuid::Uuid;

use crate::{load::Worker, postgres};

/// Some of the keys of the book.
pub async fn keys(url: &str, most: i64) -> Result<Vec<Uuid>> {
    let client = postgres::connect(url).await?;
    let rows = client.query("SELECT id FROM raw_invoices ORDER BY hashtext(external_id) LIMIT $1", &[&most]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

const COLUMNS: &str =
    "inv.id, inv.tenant, inv.external_id, inv.customer_id, inv.number, inv.due_on::text, inv.currency, inv.total, inv.open";

/// Reads one invoice after the other by key.
#[derive(Debug)]
pub struct ById {
    client: Client,
    statement: Statement,
    keys: Vec<Uuid>,
    at: usize,
}

impl ById {
    pub async fn many(url: &str, connections: usize, keys: &[Uuid]) -> Result<Vec<Self>> {
        let mut readers = Vec::with_capacity(connections);
        for n in 0..connections {
            let client = postgres::connect(url).await?;
            let statement = client.prepare(&format!("SELECT {COLUMNS} FROM raw_invoices inv WHERE inv.id = $1")).await?;
            readers.push(Self { client, statement, keys: keys.to_vec(), at: n * 97 });
        }
        Ok(readers)
    }
}

impl Worker for ById {
    async fn once(&mut self) -> Result<u64> {
        self.at += 1;
        let row = self.client.query_one(&self.statement, &[&self.keys[self.at % self.keys.len()]]).await?;
        let open: i64 = row.get(8);
        ensure!(open > 0);
        Ok(1)
    }
}

/// Walks the open invoices of one tenant page by page, newest first, over and over.
#[derive(Debug)]
pub struct Pages {
    client: Client,
    statement: Statement,
    last: (String, Uuid),
}

impl Pages {
    pub async fn many(url: &str, connections: usize) -> Result<Vec<Self>> {
        let mut readers = Vec::with_capacity(connections);
        for n in 0..connections {
            let client = postgres::connect(url).await?;
            let statement = client
                .prepare(&format!(
                    "SELECT {COLUMNS} FROM raw_invoices inv WHERE inv.tenant = '00000000-0000-7000-8000-000000000000' AND inv.open > 0
                     AND (inv.due_on, inv.id) < ($1::text::date, $2) ORDER BY inv.due_on DESC, inv.id DESC LIMIT 50"
                ))
                .await?;
            readers.push(Self { client, statement, last: (format!("2027-{:02}-15", n % 12 + 1), Uuid::max()) });
        }
        Ok(readers)
    }
}

impl Worker for Pages {
    async fn once(&mut self) -> Result<u64> {
        let rows = self.client.query(&self.statement, &[&self.last.0, &self.last.1]).await?;
        self.last = match rows.last() {
            Some(row) if rows.len() == 50 => (row.get(5), row.get(0)),
            _ => ("2030-01-01".to_owned(), Uuid::max()),
        };
        Ok(1)
    }
}
