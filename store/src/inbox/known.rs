//! What a delivery can be read by: what the sender's ids stand for, and what is paid.

use std::collections::BTreeMap;

use relance_domain::{
    calendar::{self, Zone},
    ids::{SourceId, TenantId},
};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect, Statement, Value};

use crate::{
    StoreError, any,
    entity::{payments, source_links},
    tenants,
};

/// Names that a delivery asks about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// The sender's ids that stand for something else.
    pub links: Vec<String>,
    /// Payments, of whatever source.
    pub payments: Vec<String>,
    /// Invoices of this source, whose payments are asked for.
    pub invoices: Vec<String>,
}

/// What is paid of an invoice, in minor units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Paid {
    /// By payments of their own.
    pub by_payments: i64,
    /// By the payment that goes by the invoice's id: what the source said of the whole.
    pub in_all: i64,
}

/// What is known of the names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// The tenant's zone.
    pub zone: Zone,
    /// What the sender's ids stand for.
    pub links: BTreeMap<String, String>,
    /// External id of a payment → its source.
    pub payments: BTreeMap<String, String>,
    /// External id of an invoice → what is paid of it.
    pub paid: BTreeMap<String, Paid>,
}

/// Looks `names` up.
///
/// # Errors
/// The database's.
pub async fn known(
    tx: &DatabaseTransaction,
    tenant: TenantId,
    source_id: SourceId,
    source: &str,
    names: &Names,
) -> Result<Known, StoreError> {
    let zone = calendar::parse_zone(&tenants::get(tx, tenant).await?.settings.time_zone).unwrap_or_default();
    let mut known = Known { zone, ..Known::default() };
    if !names.links.is_empty() {
        let rows = source_links::Entity::find()
            .filter(source_links::Column::TenantId.eq(tenant.0))
            .filter(source_links::Column::SourceId.eq(source_id.0))
            .filter(source_links::Column::Name.is_in(&names.links))
            .all(tx)
            .await?;
        known.links = rows.into_iter().map(|row| (row.name, row.target)).collect();
    }
    if !names.payments.is_empty() {
        let rows: Vec<(String, String)> = payments::Entity::find()
            .select_only()
            .columns([payments::Column::ExternalId, payments::Column::Source])
            .filter(payments::Column::TenantId.eq(tenant.0))
            .filter(payments::Column::ExternalId.is_in(&names.payments))
            .into_tuple()
            .all(tx)
            .await?;
        known.payments = rows.into_iter().collect();
    }
    if !names.invoices.is_empty() {
        known.paid = paid(tx, tenant, source, &names.invoices).await?;
    }
    Ok(known)
}

async fn paid(tx: &DatabaseTransaction, tenant: TenantId, source: &str, invoices: &[String]) -> Result<BTreeMap<String, Paid>, StoreError> {
    let backend = tx.get_database_backend();
    let sql = format!(
        "SELECT i.external_id, CASE WHEN p.external_id = i.external_id THEN 1 ELSE 0 END AS whole, CAST(SUM(a.amount) AS BIGINT) \
         FROM invoices i JOIN allocations a ON a.tenant_id = i.tenant_id AND a.customer_id = i.customer_id AND a.invoice_id = i.id \
         JOIN payments p ON p.tenant_id = a.tenant_id AND p.id = a.payment_id \
         WHERE i.tenant_id = $1 AND i.source = $2 AND i.external_id {} AND p.source = $2 AND a.reversed_on IS NULL \
         AND p.reversed_on IS NULL GROUP BY i.external_id, CASE WHEN p.external_id = i.external_id THEN 1 ELSE 0 END",
        any::of_texts(backend, 3)
    );
    let values: [Value; 3] = [tenant.0.into(), source.into(), any::texts(backend, invoices.iter().map(String::as_str))];
    let rows = tx.query_all_raw(Statement::from_sql_and_values(backend, sql, values)).await?;
    let mut sums = BTreeMap::<String, Paid>::new();
    for row in rows {
        let (invoice, whole, amount): (String, i32, i64) = (row.try_get_by(0)?, row.try_get_by(1)?, row.try_get_by(2)?);
        let sum = sums.entry(invoice).or_default();
        *(if whole == 1 { &mut sum.in_all } else { &mut sum.by_payments }) = amount;
    }
    Ok(sums)
}
