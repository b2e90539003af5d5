//! What a promise of a customer may be: from the policy that applies to it.

use relance_domain::ids::{CustomerId, TenantId};
use sea_orm::ConnectionTrait;

use super::look;
use crate::{StoreError, policies};

/// Limits when no policy is in force (`contract.md` §4).
const WITHOUT_POLICY: PromiseLimits = PromiseLimits { max_days: 30, grace_days: 2 };

/// Limits on a promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PromiseLimits {
    /// Furthest day, from the day it is made.
    pub max_days: u16,
    /// Days after the promised day before it is broken.
    pub grace_days: u16,
}

/// The limits for a customer.
///
/// # Errors
/// [`StoreError::NotFound`] without such a customer.
pub async fn promise_limits<C: ConnectionTrait>(c: &C, tenant: TenantId, customer: CustomerId) -> Result<PromiseLimits, StoreError> {
    let details = look::details(&look::customer(c, tenant, customer).await?)?;
    let active = policies::active(c, tenant).await?;
    Ok(policies::choose(&active, &details).map_or(WITHOUT_POLICY, |version| {
        let rules = &version.policy.promise;
        PromiseLimits { max_days: rules.max_days, grace_days: rules.grace_days }
    }))
}
