//! What a promise of a customer may be: from the policy that applies to it.

use chrono::{DateTime, Utc};
use relance_domain::{
    ids::{CustomerId, InvoiceId, TenantId},
    policy::PromiseRules,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

use super::{look, rows};
use crate::{
    StoreError,
    entity::{cases, promises},
    policies,
    time::{instant, millis},
};

/// Limits when no policy is in force (`contract.md` §4).
pub(crate) const WITHOUT_POLICY: PromiseRules =
    PromiseRules { max_days: 30, grace_days: 2, max_renewals: None, max_instrument_days: None, on_broken: None };

/// The limits for a customer.
///
/// # Errors
/// [`StoreError::NotFound`] without such a customer.
pub async fn promise_limits<C: ConnectionTrait>(c: &C, tenant: TenantId, customer: CustomerId) -> Result<PromiseRules, StoreError> {
    let details = look::details(&look::customer(c, tenant, customer).await?)?;
    let active = policies::active(c, tenant).await?;
    Ok(policies::choose(&active, &details).map_or(WITHOUT_POLICY, |version| version.policy.promise.clone()))
}

/// How many promises about some of these invoices (none: all that are open) were broken or moved since the open
/// case began. Without a case there was nothing to renew.
///
/// # Errors
/// The database's, or a row that does not read.
pub(super) async fn promises_before<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    customer: CustomerId,
    invoices: &[InvoiceId],
) -> Result<u64, StoreError> {
    let Some(since) = case_since(c, tenant, customer).await? else { return Ok(0) };
    let ended: Vec<String> = promises::Entity::find()
        .select_only()
        .column(promises::Column::InvoiceIds)
        .filter(promises::Column::TenantId.eq(tenant.0))
        .filter(promises::Column::CustomerId.eq(customer.0))
        .filter(promises::Column::Status.is_in(["broken", "cancelled"]))
        .filter(promises::Column::CreatedAt.gte(millis(since)))
        .into_tuple()
        .all(c)
        .await?;
    let mut count = 0;
    for text in ended {
        let named: Vec<InvoiceId> = rows::json("promises", &text)?;
        let meets = named.is_empty() || invoices.is_empty() || named.iter().any(|id| invoices.contains(id));
        count += u64::from(meets);
    }
    Ok(count)
}

async fn case_since<C: ConnectionTrait>(c: &C, tenant: TenantId, customer: CustomerId) -> Result<Option<DateTime<Utc>>, StoreError> {
    let open: Option<i64> = cases::Entity::find()
        .select_only()
        .column(cases::Column::OpenedAt)
        .filter(cases::Column::TenantId.eq(tenant.0))
        .filter(cases::Column::CustomerId.eq(customer.0))
        .filter(cases::Column::ClosedAt.is_null())
        .into_tuple()
        .one(c)
        .await?;
    Ok(open.map(instant))
}
