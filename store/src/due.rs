//! When the next work is due, for all kinds of work, in one statement: what an idle process asks.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, Statement};

use crate::{
    Scope, Store, StoreError,
    time::{instant, millis},
    webhooks::NEXT_DELIVERY,
};

/// When the earliest row of each kind is due that nobody works on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NextDue {
    /// A look at a customer of a live tenant.
    pub look: Option<DateTime<Utc>>,
    /// A reminder of a live tenant.
    pub send: Option<DateTime<Utc>>,
    /// A delivery to a webhook endpoint.
    pub delivery: Option<DateTime<Utc>>,
    /// A test tenant whose clock has something to do: now, or never.
    pub clock: Option<DateTime<Utc>>,
}

/// Probes of partial indexes; the work is proportional to what is leased, not to what exists.
fn probes() -> String {
    let free = "(lease_until IS NULL OR lease_until <= $1)";
    format!(
        "SELECT \
         (SELECT next_check_at FROM customers WHERE live AND next_check_at IS NOT NULL AND {free} ORDER BY next_check_at LIMIT 1) AS look, \
         (SELECT send_at FROM reminders WHERE live AND send_at IS NOT NULL AND status IN ('planned', 'unknown') AND {free} \
         ORDER BY send_at LIMIT 1) AS send, \
         ({NEXT_DELIVERY}) AS delivery, \
         (SELECT COUNT(*) FROM (SELECT id FROM tenants WHERE (work_due OR clock_target_at IS NOT NULL) AND {free} LIMIT 1) AS waiting) \
         AS clock"
    )
}

/// When the next work of each kind is due.
///
/// # Errors
/// The database's.
pub async fn next(store: &Store) -> Result<NextDue, StoreError> {
    let now = store.now();
    let tx = store.read(Scope::System).await?;
    let row = tx.query_one_raw(Statement::from_sql_and_values(store.backend(), probes(), [millis(now).into()])).await?;
    tx.commit().await?;
    let Some(row) = row else { return Ok(NextDue::default()) };
    let at = |name: &str| -> Result<Option<DateTime<Utc>>, StoreError> { Ok(row.try_get::<Option<i64>>("", name)?.map(instant)) };
    let clocks: i64 = row.try_get("", "clock")?;
    Ok(NextDue { look: at("look")?, send: at("send")?, delivery: at("delivery")?, clock: (clocks > 0).then_some(now) })
}
