//! Sending again by hand: one delivery, all that failed, or a sample.

use chrono::{DateTime, Utc};
use relance_domain::{
    event::EventType,
    ids::{DeliveryId, EndpointId, TenantId},
    records::DeliveryRecord,
};
use sea_orm::{ActiveModelTrait, ConnectionTrait, DbBackend, EntityTrait, IntoActiveModel, QuerySelect, Statement, Value};
use uuid::Uuid;

use super::deliveries::records;
use crate::{
    StoreError,
    entity::{
        deliveries::{Entity, Model},
        events, webhook_endpoints,
    },
    time::{instant, millis},
};

/// Most deliveries that are queued again at once.
pub const MOST_RECOVERED: u64 = 10_000;

/// Queues a settled delivery again, whatever came of it; one that waits goes at once.
///
/// # Errors
/// [`StoreError::NotFound`]; [`StoreError::WrongState`] when its endpoint is gone or disabled, or it is being
/// posted right now; `payload_expired` when its event is no longer kept whole; or the database's.
pub async fn resend<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    id: DeliveryId,
    real_now: DateTime<Utc>,
) -> Result<DeliveryRecord, StoreError> {
    let postgres = c.get_database_backend() == DbBackend::Postgres;
    let mut row = Entity::find_by_id((tenant.0, id.0)).one(c).await?.ok_or(StoreError::NotFound)?;
    // what posts to the endpoint takes it first: it cannot begin meanwhile, nor write what came of this one
    let endpoint = webhook_endpoints::Entity::find_by_id((tenant.0, row.endpoint_id));
    let endpoint = if postgres { endpoint.lock_exclusive() } else { endpoint };
    let endpoint = endpoint.one(c).await?;
    if postgres {
        row = Entity::find_by_id((tenant.0, id.0)).lock_exclusive().one(c).await?.ok_or(StoreError::NotFound)?;
    }
    let Some(endpoint) = endpoint.filter(|endpoint| endpoint.status == "enabled") else {
        return Err(StoreError::WrongState("Its endpoint is disabled or gone: enable it first.".to_owned()));
    };
    if row.test_type.is_none() {
        let event = events::Entity::find_by_id((tenant.0, row.event_id)).one(c).await?;
        if event.is_none_or(|event| event.data.is_empty() && endpoint.payload != "thin") {
            return Err(StoreError::refused("payload_expired", "", "The content of its event is no longer kept."));
        }
    }
    let (leased, due) = (endpoint.lease_until.map(instant), row.next_attempt_at.map(instant));
    if leased.is_some_and(|until| until > real_now) && due.is_some_and(|at| at <= real_now) {
        return Err(StoreError::WrongState("It is being posted right now, or about to be.".to_owned()));
    }
    row.status = "pending".to_owned();
    row.queued_after = row.attempts;
    row.next_attempt_at = Some(millis(real_now));
    row.clone().into_active_model().reset_all().update(c).await?;
    records(c, tenant, vec![row]).await?.pop().ok_or(StoreError::NotFound)
}

/// Deliveries made in this time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Since {
    /// From then on.
    pub since: DateTime<Utc>,
    /// Before then.
    pub until: DateTime<Utc>,
}

/// Parameters 1 to 4: tenant, endpoint, from, to.
const FAILED: &str = "tenant_id = $1 AND endpoint_id = $2 AND status = 'failed' AND created_at >= $3 AND created_at < $4";

fn values(tenant: TenantId, endpoint: EndpointId, made: Since) -> [Value; 4] {
    [tenant.0.into(), endpoint.0.into(), millis(made.since).into(), millis(made.until).into()]
}

/// How many deliveries made then failed for good.
///
/// # Errors
/// [`StoreError::NotFound`] when there is no such endpoint, or the database's.
pub async fn count_failed<C: ConnectionTrait>(c: &C, tenant: TenantId, endpoint: EndpointId, made: Since) -> Result<u64, StoreError> {
    super::get(c, tenant, endpoint).await?;
    let sql = format!("SELECT COUNT(*) FROM deliveries WHERE {FAILED}");
    let statement = Statement::from_sql_and_values(c.get_database_backend(), sql, values(tenant, endpoint, made));
    let count: Option<i64> = c.query_one_raw(statement).await?.map(|row| row.try_get_by(0)).transpose()?;
    Ok(u64::try_from(count.unwrap_or_default()).unwrap_or_default())
}

/// Queues the oldest [`MOST_RECOVERED`] of them again; how many that were.
///
/// # Errors
/// [`StoreError::NotFound`]; [`StoreError::WrongState`] when the endpoint is disabled; or the database's.
pub async fn recover<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    endpoint: EndpointId,
    made: Since,
    real_now: DateTime<Utc>,
) -> Result<u64, StoreError> {
    enabled(c, tenant, endpoint).await?;
    let sql = format!(
        "UPDATE deliveries SET status = 'pending', queued_after = attempts, next_attempt_at = $5 WHERE (tenant_id, id) IN \
         (SELECT tenant_id, id FROM deliveries WHERE {FAILED} ORDER BY id LIMIT {MOST_RECOVERED})"
    );
    let values = values(tenant, endpoint, made).into_iter().chain([millis(real_now).into()]);
    Ok(c.execute_raw(Statement::from_sql_and_values(c.get_database_backend(), sql, values)).await?.rows_affected())
}

/// Queues a sample of `kind` for one endpoint, whichever types it wants. No event enters the feed.
///
/// # Errors
/// [`StoreError::NotFound`]; [`StoreError::WrongState`] when the endpoint is disabled; or the database's.
pub async fn try_out<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    endpoint: EndpointId,
    kind: EventType,
    real_now: DateTime<Utc>,
) -> Result<DeliveryRecord, StoreError> {
    enabled(c, tenant, endpoint).await?;
    let row = Model {
        tenant_id: tenant.0,
        id: Uuid::now_v7(),
        endpoint_id: endpoint.0,
        event_id: Uuid::now_v7(),
        status: "pending".to_owned(),
        attempts: 0,
        next_attempt_at: Some(millis(real_now)),
        queued_after: 0,
        position: 0,
        order_key: None,
        test_type: Some(kind.as_str().to_owned()),
        created_at: millis(real_now),
    };
    row.clone().into_active_model().insert(c).await?;
    records(c, tenant, vec![row]).await?.pop().ok_or(StoreError::NotFound)
}

async fn enabled<C: ConnectionTrait>(c: &C, tenant: TenantId, endpoint: EndpointId) -> Result<(), StoreError> {
    if super::get(c, tenant, endpoint).await?.status == "enabled" {
        return Ok(());
    }
    Err(StoreError::WrongState("The endpoint is disabled: enable it first.".to_owned()))
}
