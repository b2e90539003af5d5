//! What PostgreSQL was asked, by `pg_stat_statements`.

use anyhow::Result;
use tokio_postgres::Client;

/// One statement and what it cost in all.
#[derive(Debug)]
pub struct Seen {
    pub calls: i64,
    pub millis: f64,
    pub text: String,
}

/// Counts from here on.
pub async fn reset(client: &Client) -> Result<()> {
    client.batch_execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements").await?;
    client.execute("SELECT pg_stat_statements_reset()", &[]).await?;
    Ok(())
}

/// What this database was asked since, the costliest first.
pub async fn seen(client: &Client) -> Result<Vec<Seen>> {
    let rows = client
        .query(
            "SELECT calls, total_exec_time, query FROM pg_stat_statements
             WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND query NOT LIKE '%pg_stat_statements%'
             ORDER BY total_exec_time DESC",
            &[],
        )
        .await?;
    let text = |row: &tokio_postgres::Row| row.get::<_, String>(2).split_whitespace().collect::<Vec<_>>().join(" ");
    Ok(rows.iter().map(|row| Seen { calls: row.get(0), millis: row.get(1), text: text(row) }).collect())
}

/// Prints the costliest.
pub fn tell(seen: &[Seen], items: u64) {
    for one in seen.iter().take(20) {
        let (mean, each) = (one.millis * 1000.0 / one.calls.max(1) as f64, one.millis * 1000.0 / items.max(1) as f64);
        let text: String = one.text.chars().take(170).collect();
        eprintln!("    {:>7} × {mean:>9.1} µs = {each:>7.2} µs an item  {text}", one.calls);
    }
    eprintln!("    {} statements for {items} items", seen.iter().map(|one| one.calls).sum::<i64>());
}
