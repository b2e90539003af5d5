//! "Look at these customers now": said in the transaction of the change that makes it necessary.

use chrono::{DateTime, Utc};
use relance_domain::ids::{CustomerId, TenantId};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter,
    sea_query::{CaseStatement, Expr, ExprTrait, SimpleExpr},
};

use crate::{
    StoreError,
    entity::{customers, tenants},
    listen,
    time::millis,
};

/// `now`, or the earlier instant that is there. The row is written either way: a worker that holds it at
/// this moment has not seen our change, so its next look must come after our commit.
fn earlier_of(now: DateTime<Utc>) -> SimpleExpr {
    let earlier = Expr::col(customers::Column::NextCheckAt).lt(millis(now));
    CaseStatement::new().case(earlier, Expr::col(customers::Column::NextCheckAt)).finally(Expr::value(millis(now))).into()
}

/// Makes `customers` due for a look at `now` (the tenant's clock), unless they are due earlier.
///
/// # Errors
/// The database's.
pub async fn look_now<C: ConnectionTrait>(c: &C, tenant: TenantId, list: &[CustomerId], now: DateTime<Utc>) -> Result<(), StoreError> {
    for chunk in list.chunks(10_000) {
        customers::Entity::update_many()
            .col_expr(customers::Column::NextCheckAt, earlier_of(now))
            .filter(customers::Column::TenantId.eq(tenant.0))
            .filter(customers::Column::Id.is_in(chunk.iter().map(|id| id.0)))
            .exec(c)
            .await?;
    }
    if list.is_empty() { Ok(()) } else { wake_clock(c, tenant).await }
}

/// Makes every customer of the tenant due for a look (a hold on everybody, a policy activated, a heartbeat).
///
/// # Errors
/// The database's.
pub async fn look_at_everybody<C: ConnectionTrait>(c: &C, tenant: TenantId, now: DateTime<Utc>) -> Result<(), StoreError> {
    customers::Entity::update_many()
        .col_expr(customers::Column::NextCheckAt, earlier_of(now))
        .filter(customers::Column::TenantId.eq(tenant.0))
        .exec(c)
        .await?;
    wake_clock(c, tenant).await
}

/// A test tenant has work due at its clock; live tenants are found by their rows.
///
/// # Errors
/// The database's.
pub async fn wake_clock<C: ConnectionTrait>(c: &C, tenant: TenantId) -> Result<(), StoreError> {
    tenants::Entity::update_many()
        .col_expr(tenants::Column::WorkDue, Expr::value(true))
        .filter(tenants::Column::Id.eq(tenant.0))
        // written although it may be set: the row's lock makes whoever ends the clock's work wait for our commit
        .filter(tenants::Column::Live.eq(false))
        .exec(c)
        .await?;
    listen::say(c).await
}
