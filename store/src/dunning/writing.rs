//! What every change made by a person has in common: the moment, the look that follows, the events.

use chrono::{DateTime, Utc};
use relance_domain::ids::{CustomerId, TenantId};

use crate::{StoreError, Tx, outbox, outbox::NewEvent, tenants, touch};

/// When a change is made.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    /// The tenant's clock.
    pub now: DateTime<Utc>,
    /// The system's.
    pub real: DateTime<Utc>,
}

impl Moment {
    /// The moment at the tenant.
    pub(super) async fn at(tx: &Tx, tenant: TenantId, real: DateTime<Utc>) -> Result<Self, StoreError> {
        Ok(Self { now: tenants::now(tx, tenant, real).await?, real })
    }

    /// The customer is looked at now, and the outside is told: the last thing before the commit.
    pub(super) async fn finish(self, tx: &Tx, tenant: TenantId, customer: CustomerId, events: Vec<NewEvent>) -> Result<(), StoreError> {
        touch::look_now(tx, tenant, &[customer], self.now).await?;
        self.tell(tx, tenant, events).await
    }

    /// The outside is told of what touches no customer.
    pub(super) async fn tell(self, tx: &Tx, tenant: TenantId, events: Vec<NewEvent>) -> Result<(), StoreError> {
        outbox::append(tx, tenant, self.now, self.real, events).await
    }
}
