//! The outbox: what a change tells the outside, written in the change's own transaction.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use chrono::{DateTime, Utc};
use relance_domain::{
    event::{EventType, SubjectType},
    ids::TenantId,
    records::EventObject,
};
use sea_orm::{ConnectionTrait, EntityTrait, Statement};
use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::{
    StoreError, any,
    batch::{self, OnConflict},
    cause,
    dunning::answers,
    entity::{event_sequences, events},
    time::millis,
    webhooks::fan_out,
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
    /// The subject, a thing that facts make known, begins with this event.
    pub first: bool,
    /// The request that brought it about, where it is not the one being answered.
    pub request_id: Option<Arc<str>>,
}

impl NewEvent {
    /// An event without a list of changes.
    pub fn new(kind: EventType, subject: Uuid, object: EventObject) -> Self {
        Self { kind, subject, object, changes: Map::new(), first: false, request_id: None }
    }
}

/// Writes `list` in order, numbers each per subject from 1 without holes, gives each its place in the
/// tenant's feed in commit order, and makes one delivery per endpoint that wants it. `at` is the
/// tenant's clock, `real_now` the system's. What the settings answer by themselves is planned with it. A constant number of statements, whatever the length.
///
/// # Errors
/// The database's.
pub async fn append<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    at: DateTime<Utc>,
    real_now: DateTime<Utc>,
    mut list: Vec<NewEvent>,
) -> Result<(), StoreError> {
    if list.is_empty() {
        return Ok(());
    }
    answers::plan(c, tenant, at, &mut list).await?;
    let mut position = take_positions(c, tenant, list.len()).await?;
    let mut numbers = Numbers::load(c, tenant, &list).await?;
    let answered = cause::request();
    let mut rows = Vec::with_capacity(list.len());
    for event in &list {
        position += 1;
        rows.push(events::Model {
            tenant_id: tenant.0,
            id: Uuid::now_v7(),
            position,
            r#type: event.kind.as_str().to_owned(),
            subject_type: event.kind.subject_type().as_str().to_owned(),
            subject_id: event.subject,
            sequence: numbers.next(tenant, event),
            at: millis(at),
            data: data(event)?,
            request_id: event.request_id.as_ref().or(answered.as_ref()).map(|id| id.to_string()),
            created_at: millis(real_now),
        });
    }
    numbers.write(c, tenant).await?;
    batch::insert::<events::Entity, _>(c, &rows, OnConflict::Fail).await?;
    fan_out(c, tenant, real_now, &list, &rows).await
}

/// Takes `count` places in the tenant's feed; gives back the last one taken before. The row is locked until
/// commit, so that positions are given in commit order and no reader of the feed skips one.
async fn take_positions<C: ConnectionTrait>(c: &C, tenant: TenantId, count: usize) -> Result<i64, StoreError> {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let sql = "INSERT INTO event_sequences (tenant_id, subject_id, last) VALUES ($1, $1, $2) ON CONFLICT (tenant_id, subject_id) \
               DO UPDATE SET last = event_sequences.last + excluded.last RETURNING last";
    let statement = Statement::from_sql_and_values(c.get_database_backend(), sql, [tenant.0.into(), count.into()]);
    let row = c.query_one_raw(statement).await?.ok_or_else(|| StoreError::inconsistent("event_sequences", "no position was given"))?;
    Ok(row.try_get_by::<i64, _>(0)? - count)
}

/// Last number of each subject. What facts make known (a customer, an invoice, a credit note, a payment) begins
/// with its event number 1, which needs no row: that comes with number 2.
struct Numbers {
    last: BTreeMap<Uuid, i64>,
    begun: BTreeSet<Uuid>,
}

impl Numbers {
    async fn load<C: ConnectionTrait>(c: &C, tenant: TenantId, list: &[NewEvent]) -> Result<Self, StoreError> {
        let begun: BTreeSet<Uuid> = list.iter().filter(|event| event.first).map(|event| event.subject).collect();
        let others: BTreeSet<Uuid> = list.iter().map(|event| subject(tenant, event)).filter(|id| !begun.contains(id)).collect();
        let mut last: BTreeMap<Uuid, i64> = begun.iter().map(|id| (*id, 0)).collect();
        if !others.is_empty() {
            let backend = c.get_database_backend();
            let sql = format!("SELECT * FROM event_sequences WHERE tenant_id = $1 AND subject_id {}", any::of_ids(backend, 2));
            let values = [tenant.0.into(), any::ids(backend, others)];
            let rows = event_sequences::Entity::find().from_raw_sql(Statement::from_sql_and_values(backend, sql, values)).all(c).await?;
            last.extend(rows.into_iter().map(|row| (row.subject_id, row.last)));
        }
        Ok(Self { last, begun })
    }

    fn next(&mut self, tenant: TenantId, event: &NewEvent) -> i64 {
        let last = self.last.entry(subject(tenant, event)).or_insert_with(|| i64::from(begins_told(event.kind.subject_type())));
        *last += 1;
        *last
    }

    async fn write<C: ConnectionTrait>(self, c: &C, tenant: TenantId) -> Result<(), StoreError> {
        let row = |(subject_id, last)| event_sequences::Model { tenant_id: tenant.0, subject_id, last };
        let needed = |(id, last): &(Uuid, i64)| *last > 1 || !self.begun.contains(id);
        let rows: Vec<_> = self.last.into_iter().filter(needed).map(row).collect();
        batch::insert::<event_sequences::Entity, _>(c, &rows, OnConflict::Replace).await?;
        Ok(())
    }
}

/// Has a subject of this kind without a row told one event already?
fn begins_told(kind: SubjectType) -> bool {
    matches!(kind, SubjectType::Customer | SubjectType::Invoice | SubjectType::CreditNote | SubjectType::Payment)
}

/// Whose numbers an event takes: the feed counts under the tenant's own id, so events about the tenant count
/// under its complement.
fn subject(tenant: TenantId, event: &NewEvent) -> Uuid {
    if event.subject == tenant.0 { Uuid::from_u128(!tenant.0.as_u128()) } else { event.subject }
}

fn data(event: &NewEvent) -> Result<String, StoreError> {
    #[derive(Serialize)]
    struct Data<'a> {
        object: &'a EventObject,
        changes: &'a Map<String, Value>,
    }
    let data = Data { object: &event.object, changes: &event.changes };
    serde_json::to_string(&data).map_err(|error| StoreError::inconsistent("events", error))
}
