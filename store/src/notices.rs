//! Mails to the tenant itself: written down in the transaction of what they tell, sent later, once.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use relance_domain::{
    dunning::Title,
    event::EventType,
    ids::TenantId,
    records::{DisabledEndpoint, EndpointRecord},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, FromQueryResult, QueryFilter, Statement, Value,
    sea_query::{Expr, ExprTrait},
};
use uuid::Uuid;

use crate::{
    Scope, Store, StoreError, Tx,
    batch::{self, OnConflict},
    dunning::tasks::{self, TenantTask},
    entity::notices::{Column, Entity, Model},
    json, listen,
    time::millis,
};

const TABLE: &str = "notices";

/// Pauses before it is tried again, in minutes: a day and a half. Then a person is told instead.
const PAUSES: [i64; 7] = [1, 5, 30, 120, 300, 600, 1_200];
/// Characters of a task's title.
const LONGEST_TITLE: usize = 200;
/// How long what was sent is remembered.
const DAYS: i64 = 400;

/// A mail to be sent by whoever claimed it.
#[derive(Debug, Clone)]
pub struct ClaimedNotice {
    /// Tenant.
    pub tenant: TenantId,
    /// Id.
    pub id: Uuid,
    /// Somebody began to send it and was not heard of again: it may have left.
    pub may_have_left: bool,
    /// What it tells.
    pub told: DisabledEndpoint,
}

/// What became of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoticeOutcome {
    /// It left.
    Sent,
    /// It certainly did not leave; the server may have said when to come again.
    Later {
        /// Not before so long has passed.
        after: Option<TimeDelta>,
        /// Why.
        reason: String,
    },
    /// It will never leave: a person is told by a task.
    Failed(String),
    /// Nobody knows whether it left: it is not sent again, a person is told.
    Unknown(String),
}

/// Writes down that the tenant is to be told of `endpoint`, in the transaction that disabled it.
///
/// # Errors
/// The database's.
pub(crate) async fn announce<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    endpoint: &EndpointRecord,
    at: DateTime<Utc>,
    real_now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let told = DisabledEndpoint {
        endpoint_id: endpoint.id,
        url: endpoint.url.clone(),
        reason: endpoint.disabled_reason.clone().unwrap_or_default(),
        at,
    };
    let row = Model {
        tenant_id: tenant.0,
        id: Uuid::now_v7(),
        kind: EventType::WebhookEndpointDisabled.as_str().to_owned(),
        about: endpoint.id.0,
        occasion: endpoint.row_version,
        facts: json::write(TABLE, &told)?,
        status: "waiting".to_owned(),
        reason: None,
        attempts: 0,
        due_at: Some(millis(real_now)),
        lease_until: None,
        lease_by: None,
        created_at: millis(real_now),
        settled_at: None,
    };
    batch::insert::<Entity, _>(c, &[row], OnConflict::Keep).await?;
    listen::say(c).await
}

/// Leases at most `limit` due mails to `lease_by`, the oldest first.
///
/// # Errors
/// The database's.
pub async fn claim(store: &Store, lease_by: &str, limit: u32, lease: Duration) -> Result<Vec<ClaimedNotice>, StoreError> {
    let now = store.now();
    let until = millis(now).saturating_add(i64::try_from(lease.as_millis()).unwrap_or(i64::MAX));
    let skip = if store.backend() == DbBackend::Postgres { " FOR UPDATE SKIP LOCKED" } else { "" };
    let sql = format!(
        "UPDATE notices SET lease_until = $1, lease_by = $2 WHERE (tenant_id, id) IN \
         (SELECT tenant_id, id FROM notices WHERE due_at <= $3 AND (lease_until IS NULL OR lease_until <= $3) \
         ORDER BY due_at, id LIMIT $4{skip}) RETURNING *"
    );
    let values: [Value; 4] = [until.into(), lease_by.into(), millis(now).into(), i64::from(limit).into()];
    let tx = store.write(Scope::System).await?;
    let mut rows = Model::find_by_statement(Statement::from_sql_and_values(store.backend(), sql, values)).all(&tx).await?;
    tx.commit().await?; // no bell: nothing new became due
    rows.sort_unstable_by_key(|row| (row.due_at, row.id));
    let claimed = |row: Model| {
        Ok(ClaimedNotice {
            tenant: TenantId(row.tenant_id),
            id: row.id,
            may_have_left: row.status == "sending",
            told: json::read(TABLE, &row.facts)?,
        })
    };
    rows.into_iter().map(claimed).collect()
}

/// Says that it is being sent from here on; false when `lease_by` does not hold it any more.
///
/// # Errors
/// The database's.
pub async fn begin(tx: &Tx, tenant: TenantId, id: Uuid, lease_by: &str) -> Result<bool, StoreError> {
    let begun = Entity::update_many()
        .col_expr(Column::Status, Expr::value("sending"))
        .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
        .filter(Column::TenantId.eq(tenant.0))
        .filter(Column::Id.eq(id))
        .filter(Column::LeaseBy.eq(lease_by))
        .filter(Column::Status.eq("waiting"))
        .exec(tx)
        .await?;
    Ok(begun.rows_affected == 1)
}

/// Writes what became of it, unless `lease_by` does not hold it any more. What will not leave, or may have, becomes
/// a task for a person.
///
/// # Errors
/// The database's.
pub async fn settle(
    tx: &Tx,
    lease_by: &str,
    notice: &ClaimedNotice,
    outcome: NoticeOutcome,
    real_now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let query = Entity::find_by_id((notice.tenant.0, notice.id)).filter(Column::LeaseBy.eq(lease_by));
    let Some(mut row) = query.one(tx).await?.filter(|row| row.due_at.is_some()) else { return Ok(()) };
    let (status, reason, next) = settled(&row, outcome, real_now);
    row.status = status.to_owned();
    row.reason = reason;
    row.due_at = next.map(millis);
    row.settled_at = next.is_none().then(|| millis(real_now));
    (row.lease_until, row.lease_by) = (None, None);
    if let ("failed" | "unknown", Some(reason)) = (status, &row.reason) {
        tasks::raise_for_tenant(tx, notice.tenant, task(&notice.told, status, reason), real_now).await?;
    }
    batch::insert::<Entity, _>(tx, &[row], OnConflict::Replace).await?;
    Ok(())
}

/// Its status, why, and when it is tried again.
fn settled(row: &Model, outcome: NoticeOutcome, now: DateTime<Utc>) -> (&'static str, Option<String>, Option<DateTime<Utc>>) {
    match outcome {
        NoticeOutcome::Sent => ("sent", None, None),
        NoticeOutcome::Failed(reason) => ("failed", Some(reason), None),
        NoticeOutcome::Unknown(reason) => ("unknown", Some(reason), None),
        NoticeOutcome::Later { after, reason } => {
            let made = usize::try_from(row.attempts.saturating_sub(1)).unwrap_or_default();
            match PAUSES.get(made) {
                Some(minutes) => {
                    let pause = TimeDelta::minutes(*minutes).max(after.unwrap_or_default()).min(TimeDelta::days(1));
                    ("waiting", Some(reason), Some(now + pause))
                }
                None => ("failed", Some(reason), None),
            }
        }
    }
}

fn task(told: &DisabledEndpoint, status: &str, reason: &str) -> TenantTask {
    let (mail, courriel) = match status {
        "unknown" => ("may not have arrived", "n’est peut-être pas arrivé"),
        _ => ("could not be sent", "n’a pas pu partir"),
    };
    let DisabledEndpoint { endpoint_id, reason: why, .. } = told;
    let short = |text: String| text.chars().take(LONGEST_TITLE).collect::<String>();
    let title = Title::new(
        short(format!("Look at webhook endpoint {endpoint_id}: it is disabled ({why}), and the mail about it {mail} ({reason}).")),
        short(format!("Vérifiez le webhook {endpoint_id} : il est désactivé ({why}), et le courriel à ce sujet {courriel} ({reason}).")),
    );
    TenantTask { kind: "webhook_endpoint_disabled", about: told.endpoint_id.to_string(), title, assign_to: "controller" }
}

/// When the next one is due, as a scalar subquery; `$2` is now.
pub(crate) const NEXT: &str =
    "SELECT due_at FROM notices WHERE due_at IS NOT NULL AND (lease_until IS NULL OR lease_until <= $2) ORDER BY due_at LIMIT 1";

/// Forgets what was sent long ago; how many rows.
///
/// # Errors
/// The database's.
pub(crate) async fn sweep<C: ConnectionTrait>(c: &C, now: DateTime<Utc>, batch: u32) -> Result<u64, StoreError> {
    let sql = "DELETE FROM notices WHERE (tenant_id, id) IN (SELECT tenant_id, id FROM notices WHERE settled_at < $1 ORDER BY settled_at LIMIT $2)";
    let values: [Value; 2] = [millis(now - TimeDelta::days(DAYS)).into(), i64::from(batch).into()];
    Ok(c.execute_raw(Statement::from_sql_and_values(c.get_database_backend(), sql, values)).await?.rows_affected())
}
