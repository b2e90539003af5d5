//! Looking at customers that are due: facts → decision → what comes of it, in one transaction per batch.
//! A customer that cannot be decided about is set aside; it never holds up the others.

mod set_aside;
pub(crate) use set_aside::customer as set_aside;

use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use relance_domain::{
    dunning::{self, Decision, Snapshot},
    ids::{CustomerId, TenantId},
};
use relance_store::{Scope, Store, StoreError, Tx, dunning as facts, lease::Leased};

use crate::{
    due_rows,
    queue::{Batch, DueWork, WorkError},
};

/// Due customers of live tenants.
#[derive(Clone)]
pub struct Looks {
    store: Store,
}

impl Looks {
    /// Looks at the customers in `store`.
    pub fn new(store: Store) -> Self {
        Self { store }
    }
}

impl DueWork for Looks {
    type Item = (TenantId, CustomerId);

    fn name(&self) -> &'static str {
        "look"
    }

    async fn claim(&self, lease_by: &str, limit: u32, lease: Duration) -> Result<Vec<Self::Item>, WorkError> {
        Ok(facts::claim_due(&self.store, lease_by, u64::from(limit), lease).await?)
    }

    async fn extend(&self, lease_by: &str, items: &[Self::Item], lease: Duration) -> Result<u64, WorkError> {
        due_rows::extend(&self.store, Leased::Customers, lease_by, items.iter().map(|(tenant, id)| (*tenant, id.0)), lease).await
    }

    async fn give_back(&self, lease_by: &str, items: &[Self::Item], after: Duration) -> Result<(), WorkError> {
        due_rows::give_back(&self.store, Leased::Customers, lease_by, items.iter().map(|(tenant, id)| (*tenant, id.0)), after).await
    }

    async fn work(&self, batch: Batch<Self::Item>) -> Result<(), WorkError> {
        let groups = due_rows::by_tenant(batch.items);
        if !self.store.is_postgres() && groups.len() > 1 {
            match together(&self.store, &groups, &batch.lease_by).await {
                Ok(()) => return Ok(()),
                Err(error) if error.is_transient() => return Err(error.into()),
                Err(error) => tracing::warn!(tenants = groups.len(), error = plain(&error), "batch refused, tenant by tenant"),
            }
        }
        for (tenant, customers) in groups {
            look(&self.store, tenant, &customers, Some(&batch.lease_by)).await?;
        }
        Ok(())
    }
}

/// Looks at the customers of several tenants in one transaction: SQLite has one writer, and each commit waits
/// for the disk. A tenant's rows are still asked for by its id in every statement.
async fn together(store: &Store, groups: &BTreeMap<TenantId, Vec<CustomerId>>, lease_by: &str) -> Result<(), StoreError> {
    let real_now = store.now();
    let tx = store.write(Scope::System).await?;
    let mut refused = Vec::new();
    for (tenant, customers) in groups {
        let panicked = decide_in(&tx, *tenant, customers, real_now, Some(lease_by)).await?;
        refused.extend(panicked.into_iter().map(|customer| (*tenant, customer)));
    }
    store.commit(tx).await?;
    put_aside(store, refused).await;
    Ok(())
}

/// Decides about `customers` at the tenant's now and records what comes of it. With `lease_by`, those that
/// another worker holds by now are left alone.
///
/// # Errors
/// When the database does not answer for the moment; customers that cannot be decided about are no error.
pub async fn look(store: &Store, tenant: TenantId, customers: &[CustomerId], lease_by: Option<&str>) -> Result<(), WorkError> {
    match decide(store, tenant, customers, lease_by).await {
        Ok(()) => return Ok(()),
        Err(error) if error.is_transient() => return Err(error.into()),
        Err(error) => tracing::warn!(%tenant, customers = customers.len(), error = plain(&error), "batch refused, one by one"),
    }
    for customer in customers {
        match decide(store, tenant, std::slice::from_ref(customer), lease_by).await {
            Ok(()) => {}
            Err(error) if error.is_transient() => return Err(error.into()),
            Err(error) => set_aside(store, tenant, *customer, &plain(&error)).await?,
        }
    }
    Ok(())
}

async fn decide(store: &Store, tenant: TenantId, customers: &[CustomerId], lease_by: Option<&str>) -> Result<(), StoreError> {
    let real_now = store.now();
    let tx = store.write(tenant).await?;
    let refused = decide_in(&tx, tenant, customers, real_now, lease_by).await?;
    store.commit(tx).await?;
    put_aside(store, refused.into_iter().map(|customer| (tenant, customer)).collect()).await;
    Ok(())
}

/// Sets aside those whose decision panicked.
async fn put_aside(store: &Store, refused: Vec<(TenantId, CustomerId)>) {
    for (tenant, customer) in refused {
        if let Err(error) = set_aside(store, tenant, customer, "panic").await {
            tracing::error!(%tenant, %customer, %error, "not set aside: looked at again when its lease ends");
        }
    }
}

/// Decides about the customers of one tenant inside a transaction; those whose decision panicked.
async fn decide_in(
    tx: &Tx,
    tenant: TenantId,
    customers: &[CustomerId],
    real_now: DateTime<Utc>,
    lease_by: Option<&str>,
) -> Result<Vec<CustomerId>, StoreError> {
    let look = facts::look(tx, tenant, customers, real_now).await?;
    let mut decisions = Vec::with_capacity(look.snapshots.len());
    let mut refused = Vec::new();
    for snapshot in &look.snapshots {
        let decided = catch_unwind(AssertUnwindSafe(|| {
            (dunning::evaluate(snapshot, look.now), serde_json::to_string(&dunning::facts_summary(snapshot, look.now)))
        }));
        match decided {
            Ok((decision, Ok(summary))) => decisions.push((never_at_once(decision, snapshot, look.now), summary)),
            _ => refused.push(snapshot.customer_id),
        }
    }
    count(&decisions);
    let recorded = facts::record_look(tx, look, decisions, real_now, lease_by).await?;
    if !recorded.fenced.is_empty() {
        tracing::debug!(%tenant, customers = recorded.fenced.len(), "looked at by another worker meanwhile");
    }
    Ok(refused)
}

/// A decision that asks to be made again at once would be made for ever.
fn never_at_once(mut decision: Decision, snapshot: &Snapshot, now: DateTime<Utc>) -> Decision {
    if decision.next_check_at.is_some_and(|at| at <= now) {
        tracing::error!(customer = %snapshot.customer_id, "a decision wants the next look at once: tomorrow instead");
        decision.next_check_at = Some(now + TimeDelta::days(1));
    }
    decision
}

fn count<F>(decisions: &[(Decision, F)]) {
    for (decision, _) in decisions {
        metrics::counter!("relance_evaluations_total", "outcome" => decision.outcome.as_str()).increment(1);
    }
}

/// What went wrong, without the contents of the row.
fn plain(error: &StoreError) -> String {
    match error {
        StoreError::Inconsistent { table, .. } => format!("a row of {table} does not read"),
        other => other.to_string(),
    }
}
