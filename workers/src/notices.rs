//! Mails to tenants themselves, as they become due.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use relance_store::{
    Store, StoreError,
    lease::Leased,
    notices::{self, ClaimedNotice},
};

use crate::{
    due_rows,
    queue::{Batch, DueWork, WorkError},
};

/// Tells tenants what concerns them.
#[async_trait]
pub trait Herald: Send + Sync + 'static {
    /// Sends the mail, which `lease_by` holds, and records what became of it.
    ///
    /// # Errors
    /// When the database does not answer for the moment; what a provider refuses is no error.
    async fn tell(&self, lease_by: &str, notice: ClaimedNotice) -> Result<(), StoreError>;
}

/// Due mails to tenants.
#[derive(Clone)]
pub struct Notices {
    store: Store,
    herald: Arc<dyn Herald>,
}

impl Notices {
    /// Has the mails in `store` sent by `herald`.
    pub fn new(store: Store, herald: Arc<dyn Herald>) -> Self {
        Self { store, herald }
    }
}

impl DueWork for Notices {
    type Item = ClaimedNotice;

    fn name(&self) -> &'static str {
        "notice"
    }

    async fn claim(&self, lease_by: &str, limit: u32, time: Duration) -> Result<Vec<Self::Item>, WorkError> {
        Ok(notices::claim(&self.store, lease_by, limit, time).await?)
    }

    async fn extend(&self, lease_by: &str, items: &[Self::Item], time: Duration) -> Result<u64, WorkError> {
        due_rows::extend(&self.store, Leased::Notices, lease_by, items.iter().map(|row| (row.tenant, row.id)), time).await
    }

    async fn give_back(&self, lease_by: &str, items: &[Self::Item], after: Duration) -> Result<(), WorkError> {
        due_rows::give_back(&self.store, Leased::Notices, lease_by, items.iter().map(|row| (row.tenant, row.id)), after).await
    }

    async fn work(&self, batch: Batch<Self::Item>) -> Result<(), WorkError> {
        // a mail server that hangs holds up no other tenant's mail
        let told = batch.items.into_iter().map(|notice| self.herald.tell(&batch.lease_by, notice));
        let done = futures::future::join_all(told).await;
        done.into_iter().collect::<Result<Vec<()>, StoreError>>()?;
        Ok(())
    }
}
