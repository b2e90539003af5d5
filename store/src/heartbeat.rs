//! "All payments up to then have been pushed": how fresh a source's data are, and whether they agree with the ledger.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use relance_domain::{
    ids::TenantId,
    money::Currency,
    records::{OpenItems, SourceRecord},
};
use sea_orm::{ConnectionTrait, DatabaseTransaction, EntityTrait, FromQueryResult, Statement};

use crate::{
    StoreError,
    batch::{self, OnConflict},
    entity::sources,
    facts::source_row,
    json, ledger, tenants,
    time::{instant, millis},
    touch,
};

/// Columns of a source that belong to whoever configures it.
const CONNECTOR: OnConflict = OnConflict::ReplaceBut(&["kind", "webhook", "config", "sealed_secrets", "row_version"]);

/// What a source says of itself.
#[derive(Debug, Clone)]
pub struct HeartbeatInput {
    /// All payments up to then have been pushed.
    pub payments_complete_until: DateTime<Utc>,
    /// Its open items by currency; a currency it leaves out has none. `None`: not stated.
    pub open_items: Option<Vec<OpenItems>>,
}

/// Takes a heartbeat inside a transaction of the caller, who commits it, or drops it on a dry run.
///
/// # Errors
/// The database's.
pub async fn take(
    tx: &DatabaseTransaction,
    tenant: TenantId,
    source: &str,
    input: &HeartbeatInput,
    real_now: DateTime<Utc>,
) -> Result<SourceRecord, StoreError> {
    let now = tenants::now(tx, tenant, real_now).await?;
    let known = sources::Entity::find_by_id((tenant.0, source.to_owned())).one(tx).await?;
    let mut row = known.unwrap_or_else(|| source_row(tenant.0, source, millis(now)));
    let ledger = open_items(tx, tenant, source).await?;
    if let Some(stated) = &input.open_items {
        row.ledger_differs = by_currency(stated) != by_currency(&ledger);
        row.open_items = Some(json::write("sources", stated)?);
    }
    // two heartbeats may cross on the way: what was complete stays complete
    row.payments_complete_until = row.payments_complete_until.max(Some(millis(input.payments_complete_until)));
    row.heartbeat_at = Some(millis(now));
    let record = SourceRecord {
        name: row.name.clone(),
        payments_complete_until: row.payments_complete_until.map(instant),
        heartbeat_at: row.heartbeat_at.map(instant),
        ledger_differs: row.ledger_differs,
        ledger,
    };
    batch::insert::<sources::Entity, _>(tx, &[row], CONNECTOR).await?;
    touch::look_at_everybody(tx, tenant, now).await?;
    Ok(record)
}

/// What is open, without what is nothing.
fn by_currency(items: &[OpenItems]) -> BTreeMap<Currency, (i64, i64)> {
    let items = items.iter().filter(|items| (items.count, items.total.minor) != (0, 0));
    items.map(|items| (items.total.currency, (items.count, items.total.minor))).collect()
}

#[derive(FromQueryResult)]
struct Sum {
    currency: String,
    count: i64,
    total: i64,
}

async fn open_items(tx: &DatabaseTransaction, tenant: TenantId, source: &str) -> Result<Vec<OpenItems>, StoreError> {
    let sql = "SELECT currency, COUNT(*) AS count, CAST(SUM(amount_due) AS BIGINT) AS total FROM invoices \
               WHERE tenant_id = $1 AND source = $2 AND amount_due > 0 GROUP BY currency ORDER BY currency";
    let statement = Statement::from_sql_and_values(tx.get_database_backend(), sql, [tenant.0.into(), source.into()]);
    let sums = Sum::find_by_statement(statement).all(tx).await?;
    sums.into_iter().map(|sum| Ok(OpenItems { count: sum.count, total: ledger::money("invoices", sum.total, &sum.currency)? })).collect()
}
