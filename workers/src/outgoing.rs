//! Due rows whose work leaves the house: reminders of live tenants, and deliveries to webhook endpoints.
//! How they leave stands behind two traits; when they leave stands here.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use relance_domain::ids::{ReminderId, TenantId};
use relance_store::{
    Store, StoreError,
    dunning::{letters::ClaimedLetter, sending},
    lease::Leased,
    webhooks::{self, ClaimedDelivery, Lane},
};
use uuid::Uuid;

use crate::{
    due_rows,
    queue::{Batch, DueWork, WorkError},
};

/// Sends reminders.
#[async_trait]
pub trait Sender: Send + Sync + 'static {
    /// Looks again at `reminders` of `tenant`, which are due at `now` (the tenant's clock), and sends those
    /// that may leave, by id. On return each of them left, was withdrawn, or is due at a later instant.
    /// Used for live tenants, whose reminders `lease_by` holds, and for test tenants, whose clock it holds.
    ///
    /// # Errors
    /// When the database does not answer for the moment; what a provider refuses is no error.
    async fn send_batch(&self, lease_by: &str, tenant: TenantId, reminders: Vec<ReminderId>, now: DateTime<Utc>) -> Result<(), StoreError>;

    /// Asks after a letter that left, which `lease_by` holds, and records what its provider says.
    ///
    /// # Errors
    /// When the database does not answer for the moment.
    async fn follow(&self, lease_by: &str, letter: ClaimedLetter) -> Result<(), StoreError>;
}

/// Posts deliveries.
#[async_trait]
pub trait Courier: Send + Sync + 'static {
    /// Posts `deliveries`, which `lease_by` holds, and records what came of each.
    ///
    /// # Errors
    /// When the database does not answer for the moment; what a receiver answers is no error.
    async fn deliver_batch(&self, lease_by: &str, deliveries: Vec<ClaimedDelivery>) -> Result<(), StoreError>;
}

/// Due reminders of live tenants.
#[derive(Clone)]
pub struct Sends {
    store: Store,
    sender: Arc<dyn Sender>,
}

impl Sends {
    /// Sends the reminders in `store` by `sender`.
    pub fn new(store: Store, sender: Arc<dyn Sender>) -> Self {
        Self { store, sender }
    }
}

impl DueWork for Sends {
    type Item = (TenantId, ReminderId);

    fn name(&self) -> &'static str {
        "send"
    }

    async fn claim(&self, lease_by: &str, limit: u32, time: Duration) -> Result<Vec<Self::Item>, WorkError> {
        let lease_ms = i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
        Ok(sending::claim_due(&self.store, lease_by, u64::from(limit), lease_ms).await?)
    }

    async fn extend(&self, lease_by: &str, items: &[Self::Item], time: Duration) -> Result<u64, WorkError> {
        due_rows::extend(&self.store, Leased::Reminders, lease_by, items.iter().map(|(tenant, id)| (*tenant, id.0)), time).await
    }

    async fn give_back(&self, lease_by: &str, items: &[Self::Item], after: Duration) -> Result<(), WorkError> {
        due_rows::give_back(&self.store, Leased::Reminders, lease_by, items.iter().map(|(tenant, id)| (*tenant, id.0)), after).await
    }

    async fn work(&self, batch: Batch<Self::Item>) -> Result<(), WorkError> {
        let now = self.store.now();
        // one tenant's slow provider does not hold up another's reminders
        let sends = due_rows::by_tenant(batch.items)
            .into_iter()
            .map(|(tenant, reminders)| self.sender.send_batch(&batch.lease_by, tenant, reminders, now));
        let done = futures::future::join_all(sends).await;
        done.into_iter().collect::<Result<Vec<()>, StoreError>>()?;
        Ok(())
    }
}

/// The endpoints of `items`: their lease is that of the deliveries claimed with it.
fn endpoints(items: &[ClaimedDelivery]) -> impl Iterator<Item = (TenantId, Uuid)> + use<> {
    items.iter().map(|row| (row.tenant, row.endpoint.0)).collect::<BTreeSet<_>>().into_iter()
}

/// Due deliveries of a lane.
#[derive(Clone)]
pub struct Deliveries {
    store: Store,
    courier: Arc<dyn Courier>,
    lane: Lane,
}

impl Deliveries {
    /// Posts the deliveries in `store` by `courier`.
    pub fn new(store: Store, courier: Arc<dyn Courier>, lane: Lane) -> Self {
        Self { store, courier, lane }
    }
}

impl DueWork for Deliveries {
    type Item = ClaimedDelivery;

    fn name(&self) -> &'static str {
        match self.lane {
            Lane::Fresh => "deliver",
            Lane::Late => "deliver_late",
        }
    }

    async fn claim(&self, lease_by: &str, limit: u32, time: Duration) -> Result<Vec<Self::Item>, WorkError> {
        let lease_ms = i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        Ok(webhooks::claim_deliveries(&self.store, self.lane, lease_by, limit, lease_ms).await?)
    }

    async fn extend(&self, lease_by: &str, items: &[Self::Item], time: Duration) -> Result<u64, WorkError> {
        due_rows::extend(&self.store, Leased::Endpoints, lease_by, endpoints(items), time).await
    }

    async fn give_back(&self, lease_by: &str, items: &[Self::Item], after: Duration) -> Result<(), WorkError> {
        due_rows::give_back(&self.store, Leased::Endpoints, lease_by, endpoints(items), after).await
    }

    async fn work(&self, batch: Batch<Self::Item>) -> Result<(), WorkError> {
        Ok(self.courier.deliver_batch(&batch.lease_by, batch.items).await?)
    }
}
