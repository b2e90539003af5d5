//! One delivery per event and endpoint that wants it, in the transaction of the change.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use relance_domain::{event::matches, ids::TenantId};
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, Statement};
use uuid::Uuid;

use crate::{
    StoreError, any,
    batch::{self, OnConflict},
    entity::{deliveries, events, webhook_endpoints},
    json, listen,
    outbox::NewEvent,
    time::millis,
};

const TABLE: &str = "webhook_endpoints";

/// Makes the deliveries of `rows`, written for `list` in the same order.
pub(crate) async fn fan_out<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    real_now: DateTime<Utc>,
    list: &[NewEvent],
    rows: &[events::Model],
) -> Result<(), StoreError> {
    let endpoints = webhook_endpoints::Entity::find()
        .filter(webhook_endpoints::Column::TenantId.eq(tenant.0))
        .filter(webhook_endpoints::Column::Status.eq("enabled"))
        .all(c)
        .await?;
    let wishes: Vec<Wish> = endpoints.iter().map(Wish::of).collect::<Result<_, _>>()?;
    let segments = if wishes.iter().any(|wish| !wish.segments.is_empty()) { segments(c, tenant, list).await? } else { BTreeMap::new() };
    let mut out = Vec::new();
    for wish in &wishes {
        for (event, row) in list.iter().zip(rows).filter(|(event, row)| wish.wants(event, row, &segments)) {
            out.push(deliveries::Model {
                order_key: wish.in_order.then_some(event.subject),
                ..delivery(tenant, wish.endpoint, row, real_now)
            });
        }
    }
    batch::insert::<deliveries::Entity, _>(c, &out, OnConflict::Fail).await?;
    if out.is_empty() { Ok(()) } else { listen::say(c).await }
}

/// A delivery that is due at once.
pub(super) fn delivery(tenant: TenantId, endpoint: Uuid, event: &events::Model, real_now: DateTime<Utc>) -> deliveries::Model {
    deliveries::Model {
        tenant_id: tenant.0,
        id: Uuid::now_v7(),
        endpoint_id: endpoint,
        event_id: event.id,
        status: "pending".to_owned(),
        attempts: 0,
        next_attempt_at: Some(millis(real_now)),
        queued_after: 0,
        position: event.position,
        order_key: None,
        test_type: None,
        created_at: millis(real_now),
    }
}

/// What an endpoint wants.
struct Wish {
    endpoint: Uuid,
    types: Vec<String>,
    segments: Vec<String>,
    in_order: bool,
}

impl Wish {
    fn of(row: &webhook_endpoints::Model) -> Result<Self, StoreError> {
        Ok(Self {
            endpoint: row.id,
            types: json::read(TABLE, &row.event_types)?,
            segments: json::read(TABLE, &row.segments)?,
            in_order: row.ordering == "subject",
        })
    }

    /// Its own health is told to others: it would not hear of it.
    fn wants(&self, event: &NewEvent, row: &events::Model, segments: &BTreeMap<Uuid, String>) -> bool {
        event.subject != self.endpoint
            && self.types.iter().any(|pattern| matches(pattern, &row.r#type))
            && self.is_of_segment(event, segments)
    }

    fn is_of_segment(&self, event: &NewEvent, segments: &BTreeMap<Uuid, String>) -> bool {
        match event.object.customer() {
            Some(customer) if !self.segments.is_empty() => {
                segments.get(&customer.0).is_some_and(|segment| self.segments.iter().any(|wanted| wanted == segment))
            }
            _ => true,
        }
    }
}

/// The segments of the customers that the events are about.
async fn segments<C: ConnectionTrait>(c: &C, tenant: TenantId, list: &[NewEvent]) -> Result<BTreeMap<Uuid, String>, StoreError> {
    let customers: BTreeSet<Uuid> = list.iter().filter_map(|event| Some(event.object.customer()?.0)).collect();
    let backend = c.get_database_backend();
    let segment = if backend == DbBackend::Postgres { "details::json ->> 'segment'" } else { "details ->> 'segment'" };
    let sql = format!("SELECT id, {segment} FROM customers WHERE tenant_id = $1 AND id {}", any::of_ids(backend, 2));
    let values = [tenant.0.into(), any::ids(backend, customers)];
    let rows = c.query_all_raw(Statement::from_sql_and_values(backend, sql, values)).await?;
    let mut found = BTreeMap::new();
    for row in rows {
        if let Some(segment) = row.try_get_by::<Option<String>, _>(1)? {
            found.insert(row.try_get_by(0)?, segment);
        }
    }
    Ok(found)
}
