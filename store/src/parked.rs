//! Facts that wait, as they are read.

use relance_domain::{
    facts::{WaitedKind, WaitingFor},
    ids::TenantId,
    records::ParkedRecord,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::{
    StoreError,
    entity::parked::{Column, Entity, Model},
    time::instant,
};

fn record(row: Model) -> Result<ParkedRecord, StoreError> {
    let (kind, rest) = row.waits_for.split_once(':').ok_or_else(|| StoreError::inconsistent("parked", &row.waits_for))?;
    let waiting_for = WaitedKind::parse(kind).map(|kind| WaitingFor { kind, external_id: rest.to_owned() });
    let refused = waiting_for.is_none().then(|| rest.to_owned());
    let received_at = instant(row.received_at);
    Ok(ParkedRecord { id: row.id, source: row.source, kind: row.kind, external_id: row.external_id, waiting_for, refused, received_at })
}

/// Facts that wait, newest first, from after the row `after` on.
///
/// # Errors
/// The database's.
pub async fn list<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    source: Option<&str>,
    after: Option<Uuid>,
    limit: u64,
) -> Result<Vec<ParkedRecord>, StoreError> {
    let mut query = Entity::find().filter(Column::TenantId.eq(tenant.0));
    if let Some(source) = source {
        query = query.filter(Column::Source.eq(source));
    }
    if let Some(after) = after {
        query = query.filter(Column::Id.lt(after));
    }
    query.order_by_desc(Column::Id).limit(limit).all(c).await?.into_iter().map(record).collect()
}
