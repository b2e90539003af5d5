//! What was said and tried: messages that left, contacts made elsewhere, dialled calls.

use chrono::{DateTime, TimeDelta, Utc};
use relance_domain::ids::TenantId;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::{
    StoreError,
    entity::{interactions, reminders, tasks},
    policies::ActivePolicy,
    time::millis,
};

/// Pacing looks back thirty days; one more for the zones.
const PACING_DAYS: i64 = 31;
/// Calls matter longer: a notice asks for an attempt before it.
const CALL_DAYS: i64 = 120;

/// A message that left.
pub(super) struct Sent {
    pub customer_id: Uuid,
    pub channel: String,
    pub step_key: String,
    pub sent_at: i64,
}

/// What happened with a batch of customers.
pub(super) struct History {
    pub sent: Vec<Sent>,
    /// In the order in which they happened.
    pub interactions: Vec<interactions::Model>,
    /// Task → its step.
    pub task_steps: Vec<(Uuid, Option<String>)>,
    /// Earliest instant that counts for pacing.
    pub paced_since: i64,
}

/// How many days of messages the policies want to see: steps that come once in so many days look further.
pub(super) fn days_back(active: &[ActivePolicy]) -> i64 {
    let once = active.iter().flat_map(|active| &active.policy.steps).filter_map(|step| step.once_per_days).max();
    once.map_or(0, i64::from).saturating_add(1).max(PACING_DAYS)
}

impl History {
    /// Loads what left in the last `days` days and what was tried in the last 120.
    pub(super) async fn load<C: ConnectionTrait>(
        c: &C,
        tenant: TenantId,
        ids: &[Uuid],
        now: DateTime<Utc>,
        days: i64,
    ) -> Result<Self, StoreError> {
        let since = |days: i64| millis(now.checked_sub_signed(TimeDelta::days(days)).unwrap_or(now));
        let mut all = Self { sent: Vec::new(), interactions: Vec::new(), task_steps: Vec::new(), paced_since: since(PACING_DAYS) };
        for chunk in ids.chunks(10_000) {
            all.sent.extend(sent(c, tenant, chunk, since(days)).await?);
            let tried = interactions::Entity::find()
                .filter(interactions::Column::TenantId.eq(tenant.0))
                .filter(interactions::Column::CustomerId.is_in(chunk.iter().copied()))
                .filter(interactions::Column::At.gte(since(CALL_DAYS.max(days))))
                .order_by_asc(interactions::Column::At)
                .order_by_asc(interactions::Column::Id)
                .all(c)
                .await?;
            all.interactions.extend(tried);
        }
        all.task_steps = task_steps(c, tenant, &all.interactions).await?;
        Ok(all)
    }
}

async fn sent<C: ConnectionTrait>(c: &C, tenant: TenantId, ids: &[Uuid], since: i64) -> Result<Vec<Sent>, StoreError> {
    let rows: Vec<(Uuid, String, String, i64)> = reminders::Entity::find()
        .select_only()
        .column(reminders::Column::CustomerId)
        .column(reminders::Column::Channel)
        .column(reminders::Column::StepKey)
        .column(reminders::Column::SentAt)
        .filter(reminders::Column::TenantId.eq(tenant.0))
        .filter(reminders::Column::CustomerId.is_in(ids.iter().copied()))
        .filter(reminders::Column::SentAt.gte(since))
        .order_by_asc(reminders::Column::SentAt)
        .into_tuple()
        .all(c)
        .await?;
    Ok(rows.into_iter().map(|(customer_id, channel, step_key, sent_at)| Sent { customer_id, channel, step_key, sent_at }).collect())
}

async fn task_steps<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    tried: &[interactions::Model],
) -> Result<Vec<(Uuid, Option<String>)>, StoreError> {
    let ids: Vec<Uuid> = tried.iter().filter_map(|row| row.task_id).collect();
    let mut all = Vec::new();
    for chunk in ids.chunks(10_000) {
        let rows: Vec<(Uuid, Option<String>)> = tasks::Entity::find()
            .select_only()
            .column(tasks::Column::Id)
            .column(tasks::Column::StepKey)
            .filter(tasks::Column::TenantId.eq(tenant.0))
            .filter(tasks::Column::Id.is_in(chunk.iter().copied()))
            .into_tuple()
            .all(c)
            .await?;
        all.extend(rows);
    }
    Ok(all)
}
