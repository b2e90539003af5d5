//! What decisions do to the database: a batch of them in a constant number of statements.

mod before;
mod digest;
mod effects;
mod work;
mod write;

use chrono::{DateTime, Utc};
use relance_domain::{
    dunning::Decision,
    ids::{CustomerId, TenantId},
};
use serde_json::Value;

use super::snapshot::{Facts, Look, lock};
use crate::{StoreError, Tx, outbox};

/// What became of a batch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recorded {
    /// Customers whose decision was applied.
    pub applied: Vec<CustomerId>,
    /// Customers that another worker holds by now: nothing was done for them.
    pub fenced: Vec<CustomerId>,
    /// Reminders planned or put up for approval.
    pub reminders: usize,
    /// Tasks raised.
    pub tasks: usize,
}

/// Applies `decisions` (each with its facts in short) about customers of `look`; `real_now` is the
/// system's clock. With `lease_by`, a customer whose lease belongs to another worker is left alone. A step
/// that is planned or done for an invoice is never planned again. Call it in the transaction of the look,
/// as its last statement before commit.
///
/// # Errors
/// The database's; then nothing of the batch is done.
pub async fn record_look(
    tx: &Tx,
    look: Look,
    decisions: Vec<(Decision, String)>,
    real_now: DateTime<Utc>,
    lease_by: Option<&str>,
) -> Result<Recorded, StoreError> {
    if decisions.is_empty() {
        return Ok(Recorded::default());
    }
    let Look { now, tenant: of, facts, .. } = look;
    let (creditor, before) = before::Before::load(tx, of, facts, &decisions, now).await?;
    let mut work = work::Work::new(creditor, before, now);
    let mut recorded = Recorded::default();
    for (decision, facts) in decisions {
        let id = decision.customer_id;
        if work.before.holds_lease(id, lease_by) {
            effects::apply(&mut work, decision, &facts)?;
            recorded.applied.push(id);
        } else {
            recorded.fenced.push(id);
        }
    }
    (recorded.reminders, recorded.tasks) = (work.reminders.len(), work.tasks.len());
    let events = write::write(tx, of, work).await?;
    outbox::append(tx, of, now, real_now, events).await?;
    Ok(recorded)
}

/// The same for decisions that were made without a look, at `now`, the tenant's clock.
///
/// # Errors
/// The database's; then nothing of the batch is done.
pub async fn record(
    tx: &Tx,
    of: TenantId,
    decisions: Vec<(Decision, Value)>,
    now: DateTime<Utc>,
    real_now: DateTime<Utc>,
    lease_by: Option<&str>,
) -> Result<Recorded, StoreError> {
    let customers: Vec<CustomerId> = decisions.iter().map(|(decision, _)| decision.customer_id).collect();
    lock(tx, of, &customers).await?;
    let ids: Vec<_> = customers.iter().map(|id| id.0).collect();
    let facts = Facts::load(tx, of, &ids, real_now, 0).await?;
    let look = Look { snapshots: Vec::new(), now, tenant: of, facts };
    let decisions = decisions.into_iter().map(|(decision, facts)| (decision, facts.to_string())).collect();
    record_look(tx, look, decisions, real_now, lease_by).await
}
