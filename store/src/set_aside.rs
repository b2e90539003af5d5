//! A customer that cannot be decided about is set aside for a while, so that the others are not held up.

use chrono::{DateTime, Utc};
use relance_domain::ids::{CustomerId, TenantId};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, sea_query::Expr};

use crate::{
    Store, StoreError,
    entity::{customers, tasks},
    time::millis,
};

/// Is a task about `about` open for the customer?
///
/// # Errors
/// The database's.
pub async fn has_open_task<C: ConnectionTrait>(c: &C, tenant: TenantId, customer: CustomerId, about: &str) -> Result<bool, StoreError> {
    let open = tasks::Entity::find()
        .filter(tasks::Column::TenantId.eq(tenant.0))
        .filter(tasks::Column::CustomerId.eq(customer.0))
        .filter(tasks::Column::Status.eq("open"))
        .filter(tasks::Column::About.eq(about))
        .count(c)
        .await?;
    Ok(open > 0)
}

/// Looks at the customer again at `at`, whatever else is known of it, and ends its lease.
///
/// # Errors
/// The database's.
pub async fn until(store: &Store, tenant: TenantId, customer: CustomerId, at: DateTime<Utc>) -> Result<(), StoreError> {
    let tx = store.write(tenant).await?;
    customers::Entity::update_many()
        .col_expr(customers::Column::NextCheckAt, Expr::value(millis(at)))
        .col_expr(customers::Column::LeaseUntil, Expr::value(None::<i64>))
        .col_expr(customers::Column::LeaseBy, Expr::value(None::<String>))
        .filter(customers::Column::TenantId.eq(tenant.0))
        .filter(customers::Column::Id.eq(customer.0))
        .exec(&tx)
        .await?;
    store.commit(tx).await
}
