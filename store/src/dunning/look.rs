//! Who is meant: customers and invoices named by their own id or by a source's.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use relance_domain::{
    customer::CustomerDetails,
    ids::{CustomerId, InvoiceId, TenantId},
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::zones::day_in;
use crate::{
    StoreError,
    entity::{customers, invoices},
    tenants,
};

/// The customer's row.
pub(super) async fn customer<C: ConnectionTrait>(c: &C, tenant: TenantId, id: CustomerId) -> Result<customers::Model, StoreError> {
    customers::Entity::find_by_id((tenant.0, id.0)).one(c).await?.ok_or(StoreError::NotFound)
}

/// What its source says.
pub(super) fn details(row: &customers::Model) -> Result<CustomerDetails, StoreError> {
    serde_json::from_str(&row.details).map_err(|error| StoreError::inconsistent("customers", error))
}

/// The civil day of the customer at `at`.
pub(super) async fn customer_day<C: ConnectionTrait>(
    c: &C,
    of: TenantId,
    id: CustomerId,
    at: DateTime<Utc>,
) -> Result<NaiveDate, StoreError> {
    let details = details(&customer(c, of, id).await?)?;
    let tenant = tenants::get(c, of).await?;
    Ok(day_in(at, [details.time_zone.as_deref(), Some(tenant.settings.time_zone.as_str())]))
}

/// The customer that a source calls so.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub async fn customer_named<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    source: &str,
    external_id: &str,
) -> Result<CustomerId, StoreError> {
    let row = customers::Entity::find()
        .filter(customers::Column::TenantId.eq(tenant.0))
        .filter(customers::Column::Source.eq(source))
        .filter(customers::Column::ExternalId.eq(external_id))
        .one(c)
        .await?;
    row.map(|row| CustomerId(row.id)).ok_or(StoreError::NotFound)
}

/// The invoices that a source calls so, by its names; those it does not know are left out.
///
/// # Errors
/// The database's.
pub async fn invoices_named<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    source: &str,
    external_ids: &[String],
) -> Result<BTreeMap<String, InvoiceId>, StoreError> {
    let mut found = BTreeMap::new();
    for chunk in external_ids.chunks(10_000) {
        let rows: Vec<(String, Uuid)> = invoices::Entity::find()
            .select_only()
            .column(invoices::Column::ExternalId)
            .column(invoices::Column::Id)
            .filter(invoices::Column::TenantId.eq(tenant.0))
            .filter(invoices::Column::Source.eq(source))
            .filter(invoices::Column::ExternalId.is_in(chunk.iter().map(String::as_str)))
            .into_tuple()
            .all(c)
            .await?;
        found.extend(rows.into_iter().map(|(name, id)| (name, InvoiceId(id))));
    }
    Ok(found)
}
