//! `relance audit verify`.

use anyhow::Context;
use relance_domain::ids::TenantId;
use relance_store::{
    Scope, Store,
    audit::{Verdict, verify},
    tenants,
};

use crate::cli::{AuditAction, DatabaseArgs};

/// Tenants looked up at a time.
const PAGE: u64 = 500;

pub async fn run(database: &DatabaseArgs, action: AuditAction) -> anyhow::Result<()> {
    let AuditAction::Verify { tenant } = action;
    let store = super::open_current(database).await?;
    let tenants = match tenant {
        Some(text) => vec![text.parse::<TenantId>().with_context(|| format!("{text} is not a tenant's id (ten_…)"))?],
        None => every(&store).await?,
    };
    let mut broken = 0;
    for tenant in tenants {
        match verify(&store, tenant).await? {
            Verdict::Whole(rows) => println!("whole   {tenant}  {rows} rows"),
            Verdict::Broken { seq, what } => {
                broken += 1;
                println!("BROKEN  {tenant}  at row {seq}: {what}");
            }
        }
    }
    store.close().await?;
    anyhow::ensure!(broken == 0, "{broken} log(s) are not as they were written");
    Ok(())
}

async fn every(store: &Store) -> anyhow::Result<Vec<TenantId>> {
    let mut all: Vec<TenantId> = Vec::new();
    loop {
        let tx = store.read(Scope::System).await?;
        let page = tenants::list(&tx, all.last().map(|id| id.0), PAGE).await?;
        tx.commit().await?;
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(page.into_iter().map(|tenant| tenant.id));
    }
}
