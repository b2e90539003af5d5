//! Test tenants: their clock goes from due instant to due instant, and each is worked at its own now,
//! first the looks (expiries are inside them), then the sends, each by id, until nothing is due there.
//! Going 120 days at once is the same as 120 times one day.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use relance_domain::ids::{CustomerId, ReminderId, TenantId};
use relance_store::{
    Store, StoreError, drive,
    dunning::{due_in_test, next_test_instant, sending},
    lease::Leased,
    test_clock,
};

use crate::{
    due_rows, evaluate,
    outgoing::Sender,
    queue::{Batch, DueWork, Stopping, WorkError},
};

/// Customers looked at in one transaction.
const LOOKS: usize = 250;
/// Reminders handed to the sender at once.
const SENDS: usize = 100;
/// Rounds at one instant before what keeps coming up is put off.
const MOST_ROUNDS: usize = 1_000;
/// Times that something may be due and gone when we come.
const MOST_VAIN: u32 = 5;

/// Test tenants whose clock has something to do.
#[derive(Clone)]
pub struct Clocks {
    store: Store,
    sender: Arc<dyn Sender>,
}

impl Clocks {
    /// Drives the clocks in `store`; reminders leave by `sender`.
    pub fn new(store: Store, sender: Arc<dyn Sender>) -> Self {
        Self { store, sender }
    }
}

impl DueWork for Clocks {
    type Item = TenantId;

    fn name(&self) -> &'static str {
        "clock"
    }

    async fn claim(&self, lease_by: &str, limit: u32, time: Duration) -> Result<Vec<TenantId>, WorkError> {
        Ok(test_clock::claim_clocks(&self.store, lease_by, u64::from(limit), time).await?)
    }

    async fn extend(&self, lease_by: &str, items: &[TenantId], time: Duration) -> Result<u64, WorkError> {
        due_rows::extend(&self.store, Leased::Tenants, lease_by, items.iter().map(|tenant| (*tenant, tenant.0)), time).await
    }

    async fn give_back(&self, lease_by: &str, items: &[TenantId], after: Duration) -> Result<(), WorkError> {
        due_rows::give_back(&self.store, Leased::Tenants, lease_by, items.iter().map(|tenant| (*tenant, tenant.0)), after).await
    }

    async fn work(&self, batch: Batch<TenantId>) -> Result<(), WorkError> {
        for tenant in &batch.items {
            Drive { clocks: self, tenant: *tenant, lease_by: &batch.lease_by, stopping: &batch.stopping }.run().await?;
        }
        if batch.stopping.is_set() {
            self.give_back(&batch.lease_by, &batch.items, Duration::ZERO).await?;
        }
        Ok(())
    }
}

/// One tenant's clock, as long as we hold it.
struct Drive<'a> {
    clocks: &'a Clocks,
    tenant: TenantId,
    lease_by: &'a str,
    stopping: &'a Stopping,
}

impl Drive<'_> {
    async fn run(&self) -> Result<(), WorkError> {
        let store = &self.clocks.store;
        let mut vain = 0;
        while !self.stopping.is_set() {
            let tx = store.read(self.tenant).await?;
            let standing = drive::standing(&tx, self.tenant, self.lease_by).await?;
            let next = next_test_instant(&tx, self.tenant).await?;
            tx.commit().await.map_err(StoreError::from)?;
            let Some(standing) = standing else { return Ok(()) }; // somebody else drives it
            match next.filter(|at| *at <= standing.until) {
                Some(at) => {
                    let now = at.max(standing.now);
                    if now > standing.now && !self.put_forward(now).await? {
                        return Ok(());
                    }
                    vain = if self.instant(now).await? { 0 } else { vain + 1 };
                    if vain >= MOST_VAIN {
                        return Err(WorkError::new("something is due that nobody finds"));
                    }
                }
                None if self.finish().await? => return Ok(()),
                None => {} // something came in meanwhile
            }
        }
        Ok(())
    }

    async fn put_forward(&self, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let tx = self.clocks.store.write(self.tenant).await?;
        let done = test_clock::set_clock(&tx, self.tenant, now, self.lease_by).await?;
        self.clocks.store.commit(tx).await?;
        Ok(done)
    }

    async fn finish(&self) -> Result<bool, StoreError> {
        let tx = self.clocks.store.write(self.tenant).await?;
        let done = test_clock::finish(&tx, self.tenant, self.lease_by).await?;
        self.clocks.store.commit(tx).await?;
        Ok(done)
    }

    /// Works everything due at `now`, which is where the clock stands; false when there was nothing.
    async fn instant(&self, now: DateTime<Utc>) -> Result<bool, WorkError> {
        for round in 0..MOST_ROUNDS {
            let (looks, sends) = self.due(now).await?;
            if !looks.is_empty() {
                for chunk in looks.chunks(LOOKS) {
                    if self.stopping.is_set() {
                        return Ok(true);
                    }
                    evaluate::look(&self.clocks.store, self.tenant, chunk, None).await?;
                }
                continue;
            }
            if sends.is_empty() || self.stopping.is_set() {
                return Ok(round > 0);
            }
            let some: Vec<ReminderId> = sends.into_iter().take(SENDS).collect();
            self.clocks.sender.send_batch(self.lease_by, self.tenant, some, now).await?;
        }
        self.put_off(now).await?;
        Ok(true)
    }

    /// Customers to look at; only when there are none, reminders to send.
    async fn due(&self, now: DateTime<Utc>) -> Result<(Vec<CustomerId>, Vec<ReminderId>), WorkError> {
        let tx = self.clocks.store.read(self.tenant).await?;
        let looks = due_in_test(&tx, self.tenant, now).await?;
        let sends = if looks.is_empty() { sending::due_in_test(&tx, self.tenant, now).await? } else { Vec::new() };
        tx.commit().await.map_err(StoreError::from)?;
        Ok((looks, sends))
    }

    /// What came up a thousand times at one instant would come up for ever.
    async fn put_off(&self, now: DateTime<Utc>) -> Result<(), WorkError> {
        tracing::error!(tenant = %self.tenant, %now, "work comes up again and again at one instant: put off by a day");
        let concerned = drive::put_off(&self.clocks.store, self.tenant, now, now + TimeDelta::days(1)).await?;
        for customer in concerned {
            evaluate::set_aside(&self.clocks.store, self.tenant, CustomerId(customer), "no end at one instant").await?;
        }
        Ok(())
    }
}
