//! Webhooks of sources that were written down and answered: each is translated once, by whoever claims it.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use relance_store::{
    Store, StoreError,
    inbox::{self, ClaimedDelivery},
    lease::Leased,
};

use crate::{
    due_rows,
    queue::{Batch, DueWork, WorkError},
};

/// Makes facts of a delivery.
#[async_trait]
pub trait Translator: Send + Sync + 'static {
    /// Translates `delivery`, which `lease_by` holds, and records what came of it.
    ///
    /// # Errors
    /// When the database does not answer for the moment; what does not read is no error.
    async fn translate(&self, lease_by: &str, delivery: ClaimedDelivery) -> Result<(), StoreError>;
}

/// Due deliveries.
#[derive(Clone)]
pub struct Inbox {
    store: Store,
    translator: Arc<dyn Translator>,
}

impl Inbox {
    /// Has the deliveries in `store` translated.
    pub fn new(store: Store, translator: Arc<dyn Translator>) -> Self {
        Self { store, translator }
    }
}

impl DueWork for Inbox {
    type Item = ClaimedDelivery;

    fn name(&self) -> &'static str {
        "inbox"
    }

    async fn claim(&self, lease_by: &str, limit: u32, time: Duration) -> Result<Vec<Self::Item>, WorkError> {
        Ok(inbox::claim(&self.store, lease_by, limit, time).await?)
    }

    async fn extend(&self, lease_by: &str, items: &[Self::Item], time: Duration) -> Result<u64, WorkError> {
        due_rows::extend(&self.store, Leased::Inbox, lease_by, items.iter().map(|row| (row.tenant, row.id.0)), time).await
    }

    async fn give_back(&self, lease_by: &str, items: &[Self::Item], after: Duration) -> Result<(), WorkError> {
        due_rows::give_back(&self.store, Leased::Inbox, lease_by, items.iter().map(|row| (row.tenant, row.id.0)), after).await
    }

    async fn work(&self, batch: Batch<Self::Item>) -> Result<(), WorkError> {
        let mut failed = None;
        for (at, delivery) in batch.items.iter().enumerate() {
            if batch.stopping.is_set() {
                self.give_back(&batch.lease_by, batch.items.get(at..).unwrap_or_default(), Duration::ZERO).await?;
                break;
            }
            // one that fails holds up no other
            if let Err(error) = self.translator.translate(&batch.lease_by, delivery.clone()).await {
                failed = Some(error);
            }
        }
        failed.map_or(Ok(()), |error| Err(error.into()))
    }
}
