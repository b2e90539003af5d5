//! The feed: what was told, by pull and in commit order.

use chrono::{DateTime, Utc};
use relance_domain::{
    event::{EventType, SubjectType},
    ids::{
        CaseId, ChargeId, CreditNoteId, CustomerId, DisputeId, EndpointId, EventId, HoldId, InvoiceId, KeyId, PaymentId, PolicyId,
        PromiseId, ReminderId, SourceId, TaskId, TenantId,
    },
    records::{EventObject, EventRecord},
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Deserialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::{
    StoreError,
    entity::events::{Column, Entity, Model},
    json, tenants,
    time::instant,
};

const TABLE: &str = "events";

/// The document column (empty once its content is no longer kept), as [`crate::outbox`] writes it.
#[derive(Deserialize)]
struct Data {
    object: EventObject,
    changes: Map<String, Value>,
}

/// The event of a row.
pub(crate) fn record(row: Model, live: bool) -> Result<EventRecord, StoreError> {
    let data: Option<Data> = if row.data.is_empty() { None } else { Some(json::read(TABLE, &row.data)?) };
    let (object, changes) = data.map_or((None, Map::new()), |data| (Some(data.object), data.changes));
    Ok(EventRecord {
        id: EventId(row.id),
        position: row.position,
        subject_id: subject_id(&row.subject_type, row.subject_id)?,
        kind: row.r#type,
        subject_type: row.subject_type,
        sequence: row.sequence,
        at: instant(row.at),
        live,
        object,
        changes,
        request_id: row.request_id,
    })
}

/// The id of a subject with its prefix.
fn subject_id(subject_type: &str, id: Uuid) -> Result<String, StoreError> {
    let kind = EventType::ALL
        .iter()
        .map(|kind| kind.subject_type())
        .find(|kind| kind.as_str() == subject_type)
        .ok_or_else(|| StoreError::inconsistent(TABLE, format!("subject type {subject_type}")))?;
    Ok(match kind {
        SubjectType::Customer => CustomerId(id).to_string(),
        SubjectType::Invoice => InvoiceId(id).to_string(),
        SubjectType::CreditNote => CreditNoteId(id).to_string(),
        SubjectType::Payment => PaymentId(id).to_string(),
        SubjectType::Reminder => ReminderId(id).to_string(),
        SubjectType::Task => TaskId(id).to_string(),
        SubjectType::Promise => PromiseId(id).to_string(),
        SubjectType::Dispute => DisputeId(id).to_string(),
        SubjectType::Hold => HoldId(id).to_string(),
        SubjectType::LateCharge => ChargeId(id).to_string(),
        SubjectType::Case => CaseId(id).to_string(),
        SubjectType::Policy => PolicyId(id).to_string(),
        SubjectType::Source => SourceId(id).to_string(),
        SubjectType::WebhookEndpoint => EndpointId(id).to_string(),
        SubjectType::ApiKey => KeyId(id).to_string(),
        SubjectType::Tenant => TenantId(id).to_string(),
    })
}

/// Events after `after` (from the oldest kept when `None`), oldest first; of `kinds` only, unless empty.
///
/// # Errors
/// `cursor_expired` when `after` is older than what is kept, [`StoreError::NotFound`] when it is no event of the
/// feed, or the database's.
pub async fn events_after<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    after: Option<EventId>,
    kinds: &[String],
    limit: u64,
) -> Result<Vec<EventRecord>, StoreError> {
    let mut query = Entity::find().filter(Column::TenantId.eq(tenant.0)).order_by_asc(Column::Position).limit(limit);
    if let Some(after) = after {
        let position: Option<i64> =
            Entity::find_by_id((tenant.0, after.0)).select_only().column(Column::Position).into_tuple().one(c).await?;
        let Some(position) = position else { return Err(no_event(c, tenant, after).await?) };
        query = query.filter(Column::Position.gt(position));
    }
    if !kinds.is_empty() {
        query = query.filter(Column::Type.is_in(kinds.iter().map(String::as_str)));
    }
    let live = is_live(c, tenant).await?;
    query.all(c).await?.into_iter().map(|row| record(row, live)).collect()
}

/// The newest `count` events, oldest first; of `kinds` only, unless empty.
///
/// # Errors
/// The database's.
pub async fn newest<C: ConnectionTrait>(c: &C, tenant: TenantId, kinds: &[String], count: u64) -> Result<Vec<EventRecord>, StoreError> {
    let mut query = Entity::find().filter(Column::TenantId.eq(tenant.0)).order_by_desc(Column::Position).limit(count);
    if !kinds.is_empty() {
        query = query.filter(Column::Type.is_in(kinds.iter().map(String::as_str)));
    }
    let live = is_live(c, tenant).await?;
    query.all(c).await?.into_iter().rev().map(|row| record(row, live)).collect()
}

/// What to say of an id that is not there: what was told before the oldest event kept is forgotten.
async fn no_event<C: ConnectionTrait>(c: &C, tenant: TenantId, after: EventId) -> Result<StoreError, StoreError> {
    let oldest = Entity::find().filter(Column::TenantId.eq(tenant.0)).order_by_asc(Column::Position);
    let oldest: Option<(Uuid, i64)> = oldest.select_only().columns([Column::Id, Column::Position]).into_tuple().one(c).await?;
    Ok(match oldest {
        Some((id, position)) if after.0 < id && position > 1 => {
            let detail = "It is older than the feed, which goes back 90 days: begin again without it.";
            StoreError::refused("cursor_expired", "query:after", detail)
        }
        _ => StoreError::NotFound,
    })
}

/// One event.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub async fn get<C: ConnectionTrait>(c: &C, tenant: TenantId, id: EventId) -> Result<EventRecord, StoreError> {
    let row = Entity::find_by_id((tenant.0, id.0)).one(c).await?.ok_or(StoreError::NotFound)?;
    record(row, is_live(c, tenant).await?)
}

async fn is_live<C: ConnectionTrait>(c: &C, tenant: TenantId) -> Result<bool, StoreError> {
    Ok(tenants::live_and_now(c, tenant, DateTime::<Utc>::UNIX_EPOCH).await?.0)
}
