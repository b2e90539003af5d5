//! What waits, and when it can go: by endpoint, so that no endpoint's queue stands before another's.
//!
//! The look hops over an index from endpoint to endpoint: fifty thousand deliveries waiting for a dead one
//! cost as much as one. Tenants take turns, and an endpoint whose last post failed waits in a lane of its
//! own: those that answer do not wait for those that do not.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, EntityTrait, Statement, Value};

use crate::{
    Scope, Store, StoreError,
    entity::webhook_endpoints,
    time::{instant, millis},
};

/// Endpoints that answer, and endpoints whose last post failed: each has workers of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// They answer, or nobody knows yet.
    Fresh,
    /// Their last post failed.
    Late,
}

/// The endpoints for which something waits, and the delivery due first. A dead endpoint with a long queue is
/// one row here.
macro_rules! heads {
    () => {
        "WITH RECURSIVE waiting(endpoint_id) AS (\
         SELECT (SELECT d.endpoint_id FROM deliveries d WHERE d.next_attempt_at IS NOT NULL ORDER BY d.endpoint_id LIMIT 1) \
         UNION ALL \
         SELECT (SELECT d.endpoint_id FROM deliveries d WHERE d.next_attempt_at IS NOT NULL AND d.endpoint_id > w.endpoint_id \
         ORDER BY d.endpoint_id LIMIT 1) FROM waiting w WHERE w.endpoint_id IS NOT NULL), \
         heads AS (SELECT w.endpoint_id, \
         (SELECT d.tenant_id FROM deliveries d WHERE d.endpoint_id = w.endpoint_id AND d.next_attempt_at IS NOT NULL \
         ORDER BY d.next_attempt_at LIMIT 1) AS tenant_id, \
         (SELECT d.next_attempt_at FROM deliveries d WHERE d.endpoint_id = w.endpoint_id AND d.next_attempt_at IS NOT NULL \
         ORDER BY d.next_attempt_at LIMIT 1) AS due_at \
         FROM waiting w WHERE w.endpoint_id IS NOT NULL) "
    };
}

/// Two numbers, `fresh` and `late`: when something may be claimed next in each lane; `$1` is now.
pub(crate) const NEXT_DELIVERY: &str = concat!(
    heads!(),
    "SELECT MIN(CASE WHEN n.late THEN NULL ELSE n.at END) AS fresh, MIN(CASE WHEN n.late THEN n.at END) AS late FROM (SELECT e.late, \
     CASE WHEN e.lease_until > $1 THEN e.lease_until WHEN e.probe_at > h.due_at THEN e.probe_at ELSE h.due_at END AS at FROM heads h \
     JOIN webhook_endpoints e ON e.tenant_id = h.tenant_id AND e.id = h.endpoint_id WHERE e.status = 'enabled') AS n"
);

/// The endpoints of a lane that can be worked on now: tenants take turns, the longest due first.
const READY: &str = concat!(
    heads!(),
    "SELECT e.* FROM (SELECT h.tenant_id, h.endpoint_id, h.due_at, \
     ROW_NUMBER() OVER (PARTITION BY h.tenant_id ORDER BY h.due_at) AS turn \
     FROM heads h JOIN webhook_endpoints e ON e.tenant_id = h.tenant_id AND e.id = h.endpoint_id \
     WHERE e.status = 'enabled' AND e.late = $3 AND h.due_at <= $1 AND COALESCE(e.lease_until, 0) <= $1 AND COALESCE(e.probe_at, 0) <= $1 \
     ORDER BY turn, h.due_at LIMIT $2) AS r \
     JOIN webhook_endpoints e ON e.tenant_id = r.tenant_id AND e.id = r.endpoint_id"
);

/// When something may be claimed next in each lane; an endpoint that is being worked on counts from the end
/// of its lease (its [`super::finish`] rings the bell earlier).
///
/// # Errors
/// The database's.
pub async fn next_delivery_at(store: &Store) -> Result<(Option<DateTime<Utc>>, Option<DateTime<Utc>>), StoreError> {
    let tx = store.read(Scope::System).await?;
    let row = tx.query_one_raw(Statement::from_sql_and_values(store.backend(), NEXT_DELIVERY, [millis(store.now()).into()])).await?;
    tx.commit().await?;
    let Some(row) = row else { return Ok((None, None)) };
    Ok((row.try_get_by::<Option<i64>, _>(0)?.map(instant), row.try_get_by::<Option<i64>, _>(1)?.map(instant)))
}

/// At most `most` endpoints of a lane that can be worked on at `now`.
pub(super) async fn ready<C: ConnectionTrait>(
    c: &C,
    now: DateTime<Utc>,
    lane: Lane,
    most: usize,
) -> Result<Vec<webhook_endpoints::Model>, StoreError> {
    let values: [Value; 3] = [millis(now).into(), i64::try_from(most).unwrap_or(i64::MAX).into(), (lane == Lane::Late).into()];
    let statement = Statement::from_sql_and_values(c.get_database_backend(), READY, values);
    Ok(webhook_endpoints::Entity::find().from_raw_sql(statement).all(c).await?)
}
