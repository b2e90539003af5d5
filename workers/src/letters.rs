//! Letters that left, asked after as that becomes due.

use std::{sync::Arc, time::Duration};

use relance_store::{
    Store, StoreError,
    dunning::letters::{self, ClaimedLetter},
    lease::Leased,
};

use crate::{
    due_rows,
    outgoing::Sender,
    queue::{Batch, DueWork, WorkError},
};

/// Due letters.
#[derive(Clone)]
pub struct Letters {
    store: Store,
    sender: Arc<dyn Sender>,
}

impl Letters {
    /// Has the letters in `store` asked after by `sender`.
    pub fn new(store: Store, sender: Arc<dyn Sender>) -> Self {
        Self { store, sender }
    }
}

impl DueWork for Letters {
    type Item = ClaimedLetter;

    fn name(&self) -> &'static str {
        "letter"
    }

    async fn claim(&self, lease_by: &str, limit: u32, time: Duration) -> Result<Vec<Self::Item>, WorkError> {
        Ok(letters::claim(&self.store, lease_by, limit, time).await?)
    }

    async fn extend(&self, lease_by: &str, items: &[Self::Item], time: Duration) -> Result<u64, WorkError> {
        due_rows::extend(&self.store, Leased::Letters, lease_by, items.iter().map(|row| (row.tenant, row.id)), time).await
    }

    async fn give_back(&self, lease_by: &str, items: &[Self::Item], after: Duration) -> Result<(), WorkError> {
        due_rows::give_back(&self.store, Leased::Letters, lease_by, items.iter().map(|row| (row.tenant, row.id)), after).await
    }

    async fn work(&self, batch: Batch<Self::Item>) -> Result<(), WorkError> {
        // a provider that hangs holds up no other tenant's letter
        let asked = batch.items.into_iter().map(|letter| self.sender.follow(&batch.lease_by, letter));
        let done = futures::future::join_all(asked).await;
        done.into_iter().collect::<Result<Vec<()>, StoreError>>()?;
        Ok(())
    }
}
