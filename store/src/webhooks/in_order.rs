//! Endpoints that want the events of a subject one after the other: of what is due, only the first of each
//! subject goes; the rest waits for as long as the first does.

use std::collections::{BTreeMap, BTreeSet};

use relance_domain::ids::{EndpointId, TenantId};
use sea_orm::{ConnectionTrait, FromQueryResult, Statement, Value};
use uuid::Uuid;

use crate::{StoreError, any, entity::deliveries};

/// The first waiting delivery of a subject at an endpoint.
#[derive(FromQueryResult)]
struct First {
    endpoint_id: Uuid,
    order_key: Uuid,
    position: i64,
    next_attempt_at: i64,
}

/// Leaves of `rows`, which are due, those that nothing stands before. What is behind one that waits for its
/// next try is put off until then, whole queues at once, so that a claim is not made for it again.
pub(super) async fn only_firsts<C: ConnectionTrait>(
    c: &C,
    rows: Vec<deliveries::Model>,
    now: i64,
) -> Result<Vec<deliveries::Model>, StoreError> {
    let keys: BTreeSet<Uuid> = rows.iter().filter_map(|row| row.order_key).collect();
    if keys.is_empty() {
        return Ok(rows);
    }
    let endpoints: BTreeSet<Uuid> = rows.iter().filter(|row| row.order_key.is_some()).map(|row| row.endpoint_id).collect();
    let firsts: BTreeMap<(Uuid, Uuid), First> =
        firsts(c, endpoints, keys).await?.into_iter().map(|first| ((first.endpoint_id, first.order_key), first)).collect();
    for first in firsts.values().filter(|first| first.next_attempt_at > now) {
        put_off(c, first).await?;
    }
    let goes = |row: &deliveries::Model| match row.order_key.and_then(|key| firsts.get(&(row.endpoint_id, key))) {
        Some(first) => row.position == first.position,
        None => true,
    };
    Ok(rows.into_iter().filter(goes).collect())
}

async fn firsts<C: ConnectionTrait>(c: &C, endpoints: BTreeSet<Uuid>, keys: BTreeSet<Uuid>) -> Result<Vec<First>, StoreError> {
    let backend = c.get_database_backend();
    let sql = format!(
        "SELECT d.endpoint_id, d.order_key, d.position, d.next_attempt_at FROM deliveries d JOIN (SELECT endpoint_id, order_key, \
         MIN(position) AS position FROM deliveries WHERE endpoint_id {} AND order_key {} AND next_attempt_at IS NOT NULL \
         GROUP BY endpoint_id, order_key) AS f ON f.endpoint_id = d.endpoint_id AND f.order_key = d.order_key AND f.position = d.position \
         WHERE d.next_attempt_at IS NOT NULL",
        any::of_ids(backend, 1),
        any::of_ids(backend, 2)
    );
    let values = [any::ids(backend, endpoints), any::ids(backend, keys)];
    Ok(First::find_by_statement(Statement::from_sql_and_values(backend, sql, values)).all(c).await?)
}

async fn put_off<C: ConnectionTrait>(c: &C, first: &First) -> Result<(), StoreError> {
    let sql = "UPDATE deliveries SET next_attempt_at = $1 WHERE endpoint_id = $2 AND order_key = $3 AND next_attempt_at IS NOT NULL \
               AND next_attempt_at < $1";
    let values: [Value; 3] = [first.next_attempt_at.into(), first.endpoint_id.into(), first.order_key.into()];
    c.execute_raw(Statement::from_sql_and_values(c.get_database_backend(), sql, values)).await?;
    Ok(())
}

/// What waits for an endpoint goes in order from now on, or no more.
pub(super) async fn arrange<C: ConnectionTrait>(c: &C, tenant: TenantId, endpoint: EndpointId, in_order: bool) -> Result<(), StoreError> {
    let key = if in_order {
        "(SELECT e.subject_id FROM events e WHERE e.tenant_id = deliveries.tenant_id AND e.id = deliveries.event_id)"
    } else {
        "NULL"
    };
    let sql = format!("UPDATE deliveries SET order_key = {key} WHERE tenant_id = $1 AND endpoint_id = $2 AND next_attempt_at IS NOT NULL");
    let values: [Value; 2] = [tenant.0.into(), endpoint.0.into()];
    c.execute_raw(Statement::from_sql_and_values(c.get_database_backend(), sql, values)).await?;
    Ok(())
}
