//! The run of each endpoint: its deliveries that are due, in their order, as many as may go now.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use relance_domain::breaker::Breaker;
use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, Statement, Value, sea_query::ArrayType};
use uuid::Uuid;

use super::{health, in_order::only_firsts};
use crate::{
    StoreError, any,
    entity::{deliveries, webhook_endpoints},
    time::millis,
};

/// Deliveries of one endpoint in one claim.
const LONGEST_RUN: usize = 32;

/// Deliveries looked at for an endpoint that wants them in order: most may stand behind each other.
const LOOKED_AT: usize = 256;

/// The longest due of each endpoint in the lists (tenant, endpoint, how many): one text for any number of them. The
/// tenant is asked for outside, so that no planner takes the index on all that an endpoint ever got.
const LONGEST_DUE: &str = "SELECT d.* FROM unnest($2::uuid[], $3::uuid[], $4::bigint[]) AS e(tenant_id, id, most) CROSS JOIN LATERAL \
     (SELECT * FROM deliveries WHERE endpoint_id = e.id AND next_attempt_at <= $1 \
     ORDER BY next_attempt_at, position LIMIT e.most) AS d WHERE d.tenant_id = e.tenant_id";

/// An endpoint that can be worked on, and its health.
pub(super) struct Ready {
    pub row: webhook_endpoints::Model,
    pub breaker: Breaker,
}

impl Ready {
    /// How many of its deliveries may go at `now`; of one that is probed, one.
    fn most(&self, now: DateTime<Utc>, run: usize) -> usize {
        self.breaker.admits(now).unwrap_or(run).min(run)
    }

    /// How many are looked at.
    fn looked_at(&self, now: DateTime<Utc>, run: usize) -> usize {
        if self.row.ordering == "subject" { LOOKED_AT } else { self.most(now, run) }
    }
}

/// Endpoints by id.
pub(super) fn with_health(list: Vec<webhook_endpoints::Model>) -> Result<BTreeMap<Uuid, Ready>, StoreError> {
    list.into_iter().map(|row| Ok((row.id, Ready { breaker: health::read(&row)?, row }))).collect()
}

/// The deliveries of `endpoints` that may go at `now`, in all about `limit`.
pub(super) async fn runs<C: ConnectionTrait>(
    c: &C,
    endpoints: &BTreeMap<Uuid, Ready>,
    now: DateTime<Utc>,
    limit: usize,
) -> Result<Vec<deliveries::Model>, StoreError> {
    if endpoints.is_empty() {
        return Ok(Vec::new());
    }
    let run = (limit / endpoints.len()).clamp(4, LONGEST_RUN);
    let rows = deliveries::Entity::find().from_raw_sql(longest_due(c.get_database_backend(), endpoints, now, run)).all(c).await?;
    let rows = only_firsts(c, rows, millis(now)).await?;
    Ok(shortened(rows, endpoints, now, run))
}

fn longest_due(backend: DbBackend, endpoints: &BTreeMap<Uuid, Ready>, now: DateTime<Utc>, run: usize) -> Statement {
    let mut values: Vec<Value> = vec![millis(now).into()];
    if backend == DbBackend::Postgres {
        values.extend(any::key_lists(backend, endpoints.iter().map(|(id, ready)| (ready.row.tenant_id, *id))));
        let most = endpoints.values().map(|ready| i64::try_from(ready.looked_at(now, run)).unwrap_or(i64::MAX).into());
        values.push(Value::Array(ArrayType::BigInt, Some(Box::new(most.collect()))));
        return Statement::from_sql_and_values(backend, LONGEST_DUE, values);
    }
    let mut parts = Vec::with_capacity(endpoints.len());
    for (endpoint, ready) in endpoints {
        let at = values.len();
        values.extend([ready.row.tenant_id.into(), (*endpoint).into()]);
        parts.push(format!(
            "SELECT * FROM (SELECT * FROM deliveries WHERE endpoint_id = ${} AND next_attempt_at <= $1 \
             ORDER BY next_attempt_at, position LIMIT {}) AS run{at} WHERE tenant_id = ${}",
            at + 2,
            ready.looked_at(now, run),
            at + 1
        ));
    }
    Statement::from_sql_and_values(backend, parts.join(" UNION ALL "), values)
}

/// At most `run` of each endpoint, or the one that probes it.
fn shortened(rows: Vec<deliveries::Model>, endpoints: &BTreeMap<Uuid, Ready>, now: DateTime<Utc>, run: usize) -> Vec<deliveries::Model> {
    let mut taken: BTreeMap<Uuid, usize> = BTreeMap::new();
    let mut fits = |row: &deliveries::Model| {
        let count = taken.entry(row.endpoint_id).or_default();
        *count += 1;
        endpoints.get(&row.endpoint_id).is_some_and(|ready| *count <= ready.most(now, run))
    };
    rows.into_iter().filter(|row| fits(row)).collect()
}
