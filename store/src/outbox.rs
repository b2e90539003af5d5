//! The outbox: what a change tells the outside, written in the change's own transaction.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use relance_domain::{event::EventType, ids::TenantId, records::EventObject};
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, Statement};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::{
    StoreError,
    batch::{self, OnConflict},
    entity::{deliveries, event_sequences, events, webhook_endpoints},
    listen,
    time::millis,
};

/// An event to be told.
#[derive(Debug, Clone)]
pub struct NewEvent {
    /// Type.
    pub kind: EventType,
    /// Id of its subject.
    pub subject: Uuid,
    /// The subject as it is now.
    pub object: EventObject,
    /// Field → value before.
    pub changes: Map<String, Value>,
}

impl NewEvent {
    /// An event without a list of changes.
    pub fn new(kind: EventType, subject: Uuid, object: EventObject) -> Self {
        Self { kind, subject, object, changes: Map::new() }
    }
}

/// Writes `list` in order, numbers each per subject from 1 without holes, gives each its place in the
/// tenant's feed in commit order, and makes one delivery per endpoint that wants it. `at` is the
/// tenant's clock, `real_now` the system's. A constant number of statements, whatever the length.
///
/// # Errors
/// The database's.
pub async fn append<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    at: DateTime<Utc>,
    real_now: DateTime<Utc>,
    list: Vec<NewEvent>,
) -> Result<(), StoreError> {
    if list.is_empty() {
        return Ok(());
    }
    if c.get_database_backend() == DbBackend::Postgres {
        // held until commit: positions are given in commit order, so that no reader of the feed skips one
        let lock = Statement::from_sql_and_values(
            DbBackend::Postgres,
            "SELECT pg_advisory_xact_lock(hashtextextended($1, 727101))",
            [tenant.0.to_string().into()],
        );
        c.execute_raw(lock).await?;
    }
    let mut last = last_numbers(c, tenant, &list).await?;
    let mut next = |subject: Uuid| {
        let number = last.entry(subject).or_insert(0);
        *number += 1;
        *number
    };
    let mut rows = Vec::with_capacity(list.len());
    for event in &list {
        rows.push(events::Model {
            tenant_id: tenant.0,
            id: Uuid::now_v7(),
            position: next(tenant.0),
            r#type: event.kind.as_str().to_owned(),
            subject_type: event.kind.subject_type().as_str().to_owned(),
            subject_id: event.subject,
            sequence: next(if event.subject == tenant.0 { tenant_subject(tenant) } else { event.subject }),
            at: millis(at),
            data: data(event)?,
            created_at: millis(real_now),
        });
    }
    let numbers: Vec<_> =
        last.into_iter().map(|(subject_id, last)| event_sequences::Model { tenant_id: tenant.0, subject_id, last }).collect();
    batch::insert::<event_sequences::Entity, _>(c, &numbers, OnConflict::Replace).await?;
    batch::insert::<events::Entity, _>(c, &rows, OnConflict::Fail).await?;
    fan_out(c, tenant, real_now, &rows).await
}

/// The feed counts under the tenant's own id, so events about the tenant count under its complement.
fn tenant_subject(tenant: TenantId) -> Uuid {
    Uuid::from_u128(!tenant.0.as_u128())
}

fn data(event: &NewEvent) -> Result<String, StoreError> {
    let value = serde_json::json!({ "object": event.object, "changes": event.changes });
    serde_json::to_string(&value).map_err(|error| StoreError::inconsistent("events", error))
}

async fn last_numbers<C: ConnectionTrait>(c: &C, tenant: TenantId, list: &[NewEvent]) -> Result<BTreeMap<Uuid, i64>, StoreError> {
    let mut subjects: Vec<Uuid> = list.iter().map(|event| event.subject).collect();
    subjects.extend([tenant.0, tenant_subject(tenant)]);
    subjects.sort_unstable();
    subjects.dedup();
    let mut last = BTreeMap::new();
    for chunk in subjects.chunks(10_000) {
        let rows = event_sequences::Entity::find()
            .filter(event_sequences::Column::TenantId.eq(tenant.0))
            .filter(event_sequences::Column::SubjectId.is_in(chunk.iter().copied()))
            .all(c)
            .await?;
        last.extend(rows.into_iter().map(|row| (row.subject_id, row.last)));
    }
    Ok(last)
}

async fn fan_out<C: ConnectionTrait>(c: &C, tenant: TenantId, real_now: DateTime<Utc>, rows: &[events::Model]) -> Result<(), StoreError> {
    let endpoints = webhook_endpoints::Entity::find()
        .filter(webhook_endpoints::Column::TenantId.eq(tenant.0))
        .filter(webhook_endpoints::Column::Status.eq("enabled"))
        .all(c)
        .await?;
    let mut out = Vec::new();
    for endpoint in &endpoints {
        let wanted: Vec<String> =
            serde_json::from_str(&endpoint.event_types).map_err(|error| StoreError::inconsistent("webhook_endpoints", error))?;
        for event in rows.iter().filter(|event| wanted.iter().any(|kind| kind == "*" || *kind == event.r#type)) {
            out.push(deliveries::Model {
                tenant_id: tenant.0,
                id: Uuid::now_v7(),
                endpoint_id: endpoint.id,
                event_id: event.id,
                status: "pending".to_owned(),
                attempts: 0,
                next_attempt_at: Some(millis(real_now)),
                lease_until: None,
                lease_by: None,
                queued_after: 0,
                test_type: None,
                created_at: millis(real_now),
            });
        }
    }
    batch::insert::<deliveries::Entity, _>(c, &out, OnConflict::Fail).await?;
    if out.is_empty() { Ok(()) } else { listen::say(c).await }
}
