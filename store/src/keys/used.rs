//! When keys were last used: told in batches, to the minute.

use relance_domain::ids::{KeyId, TenantId};
use sea_orm::{ConnectionTrait, DbBackend, Statement, Value, sea_query::ArrayType};
use serde_json::json;

use crate::{Scope, Store, StoreError, time::millis};

/// A key was used at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Use {
    /// Whose key.
    pub tenant: TenantId,
    /// Which.
    pub key: KeyId,
    /// When.
    pub at: chrono::DateTime<chrono::Utc>,
}

/// Writes when keys were last used: one statement for all of them. A later moment known already stays.
///
/// # Errors
/// The database's.
pub async fn mark_used(store: &Store, uses: &[Use]) -> Result<(), StoreError> {
    if uses.is_empty() {
        return Ok(());
    }
    let (given, values): (&str, Vec<Value>) = match store.backend() {
        DbBackend::Postgres => (
            "SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bigint[]) AS n(tenant_id, id, at)",
            vec![
                Value::Array(ArrayType::Uuid, Some(Box::new(uses.iter().map(|one| one.tenant.0.into()).collect()))),
                Value::Array(ArrayType::Uuid, Some(Box::new(uses.iter().map(|one| one.key.0.into()).collect()))),
                Value::Array(ArrayType::BigInt, Some(Box::new(uses.iter().map(|one| millis(one.at).into()).collect()))),
            ],
        ),
        _ => (
            "SELECT unhex(value ->> 0) AS tenant_id, unhex(value ->> 1) AS id, value ->> 2 AS at FROM json_each($1)",
            vec![
                serde_json::Value::from_iter(
                    uses.iter().map(|one| json!([one.tenant.0.simple().to_string(), one.key.0.simple().to_string(), millis(one.at)])),
                )
                .to_string()
                .into(),
            ],
        ),
    };
    let sql = format!(
        "UPDATE api_keys SET last_used_at = used.at FROM ({given}) AS used WHERE api_keys.tenant_id = used.tenant_id \
         AND api_keys.id = used.id AND COALESCE(api_keys.last_used_at, 0) < used.at"
    );
    let tx = store.write(Scope::System).await?;
    tx.execute_raw(Statement::from_sql_and_values(store.backend(), sql, values)).await?;
    Ok(tx.commit().await?)
}
