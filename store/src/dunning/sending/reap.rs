//! Sends whose worker died: nobody knows whether the message left.

use std::collections::BTreeMap;

use relance_domain::ids::{ReminderId, TenantId};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use super::{SendOutcome, Settled, finish};
use crate::{Scope, Store, StoreError, entity::reminders, tenants, time::millis};

/// Settles at most `limit` reminders that are `sending` under a lease that ran out: they become unknown
/// and go by that rule. What is only written to a folder is written again. Returns how many there were.
///
/// # Errors
/// The database's.
pub async fn reap_stuck(store: &Store, limit: u64) -> Result<usize, StoreError> {
    let real_now = store.now();
    let tx = store.read(Scope::System).await?;
    let stuck = reminders::Entity::find()
        .filter(reminders::Column::Status.eq("sending"))
        .filter(reminders::Column::LeaseUntil.lte(millis(real_now)))
        .limit(limit)
        .all(&tx)
        .await?;
    tx.commit().await?;
    let count = stuck.len();
    let mut by_tenant = BTreeMap::<TenantId, Vec<Settled>>::new();
    for row in stuck {
        let detail = "the worker stopped while the provider was being called".to_owned();
        let repeatable = row.provider.as_deref() == Some("print");
        let outcome =
            if repeatable { SendOutcome::Transient { detail } } else { SendOutcome::Unknown { detail, receipts: false, alarm: false } };
        let settled = Settled { id: ReminderId(row.id), attempt: Some(row.attempts), outcome };
        by_tenant.entry(TenantId(row.tenant_id)).or_default().push(settled);
    }
    // one transaction a tenant: row-level security and the outbox are per tenant
    for (tenant, list) in by_tenant {
        let tx = store.write(tenant).await?;
        let now = tenants::now(&tx, tenant, real_now).await?;
        finish(&tx, tenant, list, now, real_now).await?;
        store.commit(tx).await?;
    }
    Ok(count)
}
