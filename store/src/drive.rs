//! Driving a test tenant's clock ([`crate::test_clock`] moves it): how far there is to go, and what to do
//! about work that never ends.

use chrono::{DateTime, Utc};
use relance_domain::ids::TenantId;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, ExprTrait},
};
use uuid::Uuid;

use crate::{
    Store, StoreError,
    entity::{customers, reminders, tenants},
    time::{instant, millis},
};

/// Where a test tenant's clock stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Now.
    pub now: DateTime<Utc>,
    /// Up to when due work is worked: where the clock is going to, or where it stands.
    pub until: DateTime<Utc>,
}

/// Where the clock stands; `None` when `lease_by` does not hold it any more.
///
/// # Errors
/// The database's.
pub async fn standing<C: ConnectionTrait>(c: &C, tenant: TenantId, lease_by: &str) -> Result<Option<Standing>, StoreError> {
    let row: Option<(Option<i64>, Option<i64>)> = tenants::Entity::find_by_id(tenant.0)
        .select_only()
        .columns([tenants::Column::ClockAt, tenants::Column::ClockTargetAt])
        .filter(tenants::Column::LeaseBy.eq(lease_by))
        .into_tuple()
        .one(c)
        .await?;
    Ok(row.and_then(|(now, target)| {
        let now = instant(now?);
        Some(Standing { now, until: target.map_or(now, instant).max(now) })
    }))
}

/// Puts what is still due at `at` off until `later`: looks and sends that came up again and again. The
/// customers concerned, by id.
///
/// # Errors
/// The database's.
pub async fn put_off(store: &Store, tenant: TenantId, at: DateTime<Utc>, later: DateTime<Utc>) -> Result<Vec<Uuid>, StoreError> {
    let tx = store.write(tenant).await?;
    let looks: Vec<Uuid> = customers::Entity::find()
        .select_only()
        .column(customers::Column::Id)
        .filter(customers::Column::TenantId.eq(tenant.0))
        .filter(customers::Column::NextCheckAt.lte(millis(at)))
        .into_tuple()
        .all(&tx)
        .await?;
    let sends = reminders::Column::TenantId.eq(tenant.0).and(reminders::Column::SendAt.lte(millis(at)));
    let stuck: Vec<Uuid> =
        reminders::Entity::find().select_only().column(reminders::Column::CustomerId).filter(sends.clone()).into_tuple().all(&tx).await?;
    customers::Entity::update_many()
        .col_expr(customers::Column::NextCheckAt, Expr::value(millis(later)))
        .filter(customers::Column::TenantId.eq(tenant.0))
        .filter(customers::Column::NextCheckAt.lte(millis(at)))
        .exec(&tx)
        .await?;
    reminders::Entity::update_many().col_expr(reminders::Column::SendAt, Expr::value(millis(later))).filter(sends).exec(&tx).await?;
    store.commit(tx).await?;
    let mut concerned: Vec<Uuid> = looks.into_iter().chain(stuck).collect();
    concerned.sort_unstable();
    concerned.dedup();
    Ok(concerned)
}
