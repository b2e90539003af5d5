//! What all kinds of due rows have in common: leases by tenant and id, and batches by tenant.

use std::{collections::BTreeMap, time::Duration};

use relance_domain::ids::TenantId;
use relance_store::{
    Store,
    lease::{self, Leased},
};
use uuid::Uuid;

use crate::queue::WorkError;

/// Prolongs leases.
pub(crate) async fn extend(
    store: &Store,
    kind: Leased,
    lease_by: &str,
    rows: impl Iterator<Item = (TenantId, Uuid)>,
    time: Duration,
) -> Result<u64, WorkError> {
    Ok(lease::extend(store, kind, lease_by, &rows.collect::<Vec<_>>(), time).await?)
}

/// Gives rows back.
pub(crate) async fn give_back(
    store: &Store,
    kind: Leased,
    lease_by: &str,
    rows: impl Iterator<Item = (TenantId, Uuid)>,
    after: Duration,
) -> Result<(), WorkError> {
    lease::give_back(store, kind, lease_by, &rows.collect::<Vec<_>>(), after).await?;
    Ok(())
}

/// Rows by tenant, each tenant's in the order of their ids.
pub(crate) fn by_tenant<I: Ord>(rows: Vec<(TenantId, I)>) -> BTreeMap<TenantId, Vec<I>> {
    let mut grouped: BTreeMap<TenantId, Vec<I>> = BTreeMap::new();
    for (tenant, id) in rows {
        grouped.entry(tenant).or_default().push(id);
    }
    for ids in grouped.values_mut() {
        ids.sort_unstable();
    }
    grouped
}
