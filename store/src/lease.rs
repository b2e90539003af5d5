//! Leases on due rows: who works on a row, and until when. A lease that ran out is nobody's.
//! The claim itself stands with each kind of row; what follows a claim is the same for all of them.

use std::time::Duration;

use relance_domain::ids::TenantId;
use sea_orm::{ConnectionTrait, Statement, Value};
use uuid::Uuid;

use crate::{Scope, Store, StoreError, any, time::millis};

/// A table of rows that are leased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leased {
    /// Customers due for a look.
    Customers,
    /// Reminders to be sent.
    Reminders,
    /// Webhook endpoints to be posted to.
    Endpoints,
    /// Webhooks of sources to be worked.
    Inbox,
    /// Mails to tenants themselves.
    Notices,
    /// Letters that are asked after.
    Letters,
    /// Test tenants whose clock is driven; a row's id is its tenant's.
    Tenants,
}

impl Leased {
    fn table(self) -> &'static str {
        match self {
            Self::Customers => "customers",
            Self::Reminders => "reminders",
            Self::Endpoints => "webhook_endpoints",
            Self::Inbox => "inbox",
            Self::Notices => "notices",
            Self::Letters => "letters",
            Self::Tenants => "tenants",
        }
    }

    /// The condition that a row's tenant is in parameter 3: every query begins with a tenant.
    fn of_tenants(self, store: &Store) -> String {
        match self {
            Self::Tenants => String::new(),
            _ => format!("tenant_id {} AND ", any::of_ids(store.backend(), 3)),
        }
    }

    /// A mail that is being sent is not given back: nobody knows whether it left.
    fn may_go_back(self) -> &'static str {
        match self {
            Self::Reminders | Self::Notices => " AND status <> 'sending'",
            _ => "",
        }
    }
}

/// Prolongs the lease of those `rows` that `lease_by` still holds to `lease` from now; how many that were.
///
/// # Errors
/// The database's.
pub async fn extend(store: &Store, kind: Leased, lease_by: &str, rows: &[(TenantId, Uuid)], lease: Duration) -> Result<u64, StoreError> {
    let sql = format!(
        "UPDATE {} SET lease_until = $1 WHERE {}id {} AND lease_by = $2",
        kind.table(),
        kind.of_tenants(store),
        any::of_ids(store.backend(), if kind == Leased::Tenants { 3 } else { 4 })
    );
    change(store, kind, &sql, vec![until(store, lease).into(), lease_by.into()], rows).await
}

/// Gives those `rows` back that `lease_by` still holds; nobody gets them before `after` has passed.
///
/// # Errors
/// The database's.
pub async fn give_back(store: &Store, kind: Leased, lease_by: &str, rows: &[(TenantId, Uuid)], after: Duration) -> Result<u64, StoreError> {
    let sql = format!(
        "UPDATE {} SET lease_until = $1, lease_by = NULL WHERE {}id {} AND lease_by = $2{}",
        kind.table(),
        kind.of_tenants(store),
        any::of_ids(store.backend(), if kind == Leased::Tenants { 3 } else { 4 }),
        kind.may_go_back()
    );
    let until = (!after.is_zero()).then(|| until(store, after));
    change(store, kind, &sql, vec![until.into(), lease_by.into()], rows).await
}

async fn change(store: &Store, kind: Leased, sql: &str, mut values: Vec<Value>, rows: &[(TenantId, Uuid)]) -> Result<u64, StoreError> {
    if rows.is_empty() {
        return Ok(0);
    }
    let mut tenants: Vec<Uuid> = rows.iter().map(|(tenant, _)| tenant.0).collect();
    tenants.sort_unstable();
    tenants.dedup();
    if kind != Leased::Tenants {
        values.push(any::ids(store.backend(), tenants));
    }
    values.push(any::ids(store.backend(), rows.iter().map(|(_, id)| *id)));
    let tx = store.write(Scope::System).await?;
    let done = tx.execute_raw(Statement::from_sql_and_values(store.backend(), sql, values)).await?.rows_affected();
    tx.commit().await?; // no bell: nothing became due that the caller does not know of
    Ok(done)
}

fn until(store: &Store, lease: Duration) -> i64 {
    millis(store.now()).saturating_add(i64::try_from(lease.as_millis()).unwrap_or(i64::MAX))
}
