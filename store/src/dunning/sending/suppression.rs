//! Our own list of addresses that nothing is sent to, whatever list a provider keeps. Addresses stand in it as a
//! digest: it outlives what is erased.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use relance_domain::{ids::TenantId, sending::bare_address};
use sea_orm::{ConnectionTrait, Statement, Value};
use sha2::{Digest, Sha256};

use crate::{StoreError, any, entity::suppressions::Model, time::millis};

/// The digest of an address on a channel.
fn digest(tenant: TenantId, channel: &str, address: &str) -> String {
    let address = bare_address(address).to_lowercase();
    let digest = Sha256::digest(format!("{tenant}/{channel}/{address}"));
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(super) fn row(tenant: TenantId, channel: &str, address: &str, reason: &str, until_at: Option<i64>, now: i64) -> Model {
    let address = digest(tenant, channel, address);
    Model { tenant_id: tenant.0, channel: channel.to_owned(), address, reason: reason.to_owned(), until_at, created_at: now }
}

/// Those of `addresses` (channel, address) that are on the list at `now`.
///
/// # Errors
/// The database's.
pub async fn suppressed<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    addresses: &[(&str, &str)],
    now: DateTime<Utc>,
) -> Result<BTreeSet<(String, String)>, StoreError> {
    if addresses.is_empty() {
        return Ok(BTreeSet::new());
    }
    let backend = c.get_database_backend();
    let digests: Vec<String> = addresses.iter().map(|(channel, address)| digest(tenant, channel, address)).collect();
    let sql = format!(
        "SELECT address FROM suppressions WHERE tenant_id = $1 AND channel IN ('email', 'sms') AND address {} \
         AND (until_at IS NULL OR until_at > $3)",
        any::of_texts(backend, 2)
    );
    let values: [Value; 3] = [tenant.0.into(), any::texts(backend, digests.iter().map(String::as_str)), millis(now).into()];
    let rows = c.query_all_raw(Statement::from_sql_and_values(backend, sql, values)).await?;
    let found: BTreeSet<String> = rows.iter().map(|row| row.try_get_by(0)).collect::<Result<_, _>>()?;
    let listed = addresses.iter().zip(&digests).filter(|(_, digest)| found.contains(*digest));
    Ok(listed.map(|((channel, address), _)| ((*channel).to_owned(), (*address).to_owned())).collect())
}
