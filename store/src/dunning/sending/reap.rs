//! Sends whose worker died: nobody knows whether the message left.

use std::collections::BTreeMap;

use relance_domain::{
    ids::{ReminderId, TenantId},
    sending::can_be_asked,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use super::{SendOutcome, Settled, finish};
use crate::{
    Scope, Store, StoreError,
    channels::{self, ChannelRecord},
    entity::reminders,
    tenants,
    time::millis,
};

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
    let mut by_tenant = BTreeMap::<TenantId, Vec<reminders::Model>>::new();
    for row in stuck {
        by_tenant.entry(TenantId(row.tenant_id)).or_default().push(row);
    }
    // one transaction a tenant: row-level security and the outbox are per tenant
    for (tenant, stuck) in by_tenant {
        let tx = store.write(tenant).await?;
        let set_up = channels::list(&tx, tenant).await?;
        let list = stuck.into_iter().map(|row| died(row, &set_up)).collect();
        let now = tenants::now(&tx, tenant, real_now).await?;
        finish(&tx, tenant, list, now, real_now).await?;
        store.commit(tx).await?;
    }
    Ok(count)
}

fn died(row: reminders::Model, set_up: &[ChannelRecord]) -> Settled {
    let detail = "the worker stopped while the provider was being called".to_owned();
    let provider = row.provider.as_deref().unwrap_or_default();
    let own = set_up.iter().find(|channel| channel.provider == provider).and_then(|channel| channel.public.get(provider));
    let outcome = match provider {
        "print" => SendOutcome::Transient { detail },
        _ => SendOutcome::Unknown { detail, receipts: false, asked: can_be_asked(provider, own), alarm: false },
    };
    Settled { id: ReminderId(row.id), attempt: Some(row.attempts), outcome }
}
