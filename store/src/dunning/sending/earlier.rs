//! What was said and tried before, as a message tells it.

use chrono::{DateTime, TimeDelta, Utc};
use relance_domain::ids::TenantId;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::list::among;
use crate::{
    StoreError,
    entity::{interactions, reminders},
    time::millis,
};

/// How far back calls and visits are told.
const TOLD: TimeDelta = TimeDelta::days(120);

/// A message that left.
#[derive(Debug, FromQueryResult)]
pub(super) struct Earlier {
    pub id: Uuid,
    pub customer_id: Uuid,
    pub case_id: Option<Uuid>,
    pub step_key: String,
    pub channel: String,
    pub sent_at: Option<i64>,
    pub provider_id: Option<String>,
}

/// A call or a visit.
#[derive(Debug, FromQueryResult)]
pub(super) struct Tried {
    pub customer_id: Uuid,
    pub channel: String,
    pub on_day: String,
}

/// Every message that left to these customers, the oldest first.
pub(super) async fn messages<C: ConnectionTrait>(c: &C, of: TenantId, owing: &[Uuid]) -> Result<Vec<Earlier>, StoreError> {
    use reminders::Column::{CaseId, Channel, CustomerId, Id, ProviderId, SentAt, StepKey, TenantId};
    Ok(reminders::Entity::find()
        .select_only()
        .columns([Id, CustomerId, CaseId, StepKey, Channel, SentAt, ProviderId])
        .filter(TenantId.eq(of.0))
        .filter(among(c.get_database_backend(), CustomerId, owing.iter().copied()))
        .filter(SentAt.is_not_null())
        .order_by_asc(SentAt)
        .into_model()
        .all(c)
        .await?)
}

/// Calls and visits that took place not long before `now`, the oldest first.
pub(super) async fn tried<C: ConnectionTrait>(c: &C, of: TenantId, owing: &[Uuid], now: DateTime<Utc>) -> Result<Vec<Tried>, StoreError> {
    use interactions::Column::{At, Channel, CustomerId, OnDay, TenantId};
    let since = now.checked_sub_signed(TOLD).unwrap_or(now);
    Ok(interactions::Entity::find()
        .select_only()
        .columns([CustomerId, Channel, OnDay])
        .filter(TenantId.eq(of.0))
        .filter(among(c.get_database_backend(), CustomerId, owing.iter().copied()))
        .filter(Channel.is_in(["phone", "visit"]))
        .filter(At.gte(millis(since)))
        .order_by_asc(At)
        .into_model()
        .all(c)
        .await?)
}
