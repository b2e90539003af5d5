//! `relance rates import|list`.

use std::path::Path;

use anyhow::Context;
use relance_domain::charges::{FileFault, PublishedRate, RateBook, read_rates};
use relance_store::{Scope, Store, rates};
use serde_json::{Value, json};

use crate::cli::{DatabaseArgs, RatesAction};

pub async fn run(database: &DatabaseArgs, action: RatesAction) -> anyhow::Result<()> {
    match action {
        RatesAction::Import { file, source } => import(database, &file, source.as_deref()).await,
        RatesAction::List { json } => {
            let store = super::open_current(database).await?;
            let book = book(&store).await?;
            list(&book, json);
            Ok(store.close().await?)
        }
    }
}

/// Every rate that the database knows.
pub async fn book(store: &Store) -> anyhow::Result<RateBook> {
    let tx = store.read(Scope::System).await?;
    let book = rates::book(&tx).await?;
    tx.commit().await?;
    Ok(book)
}

async fn import(database: &DatabaseArgs, file: &Path, source: Option<&str>) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(file).with_context(|| format!("{} does not read", file.display()))?;
    let value: Value = serde_json::from_str(&text).with_context(|| format!("{} is not JSON", file.display()))?;
    let named = file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let store = super::open_current(database).await?;
    let read = read_rates(&value, source.unwrap_or(&named), store.now().date_naive());
    let new = read.map_err(|faults| anyhow::anyhow!("nothing was taken:\n{}", told(&faults)))?;
    let tx = store.write(Scope::System).await?;
    let done = rates::enter(&tx, &new).await?;
    store.commit(tx).await?;
    println!("{} added, {} changed, {} known already", done.added, done.changed, done.unchanged);
    Ok(store.close().await?)
}

fn told(faults: &[FileFault]) -> String {
    faults.iter().map(|fault| format!("  {fault}")).collect::<Vec<_>>().join("\n")
}

fn list(book: &RateBook, json: bool) {
    for rate in book.all() {
        let PublishedRate { series, half_year, rate, source, entered_on } = rate;
        if json {
            let row = json!({"series": series.as_str(), "half_year": half_year.to_string(), "rate": rate.to_string(), "source": source, "entered_on": entered_on.to_string()});
            println!("{row}");
        } else {
            println!("{half_year}  {:<18}  {:>6}  {entered_on}  {source}", series.as_str(), rate.to_string());
        }
    }
}
