//! The bytes of a message and its attempt, committed before the first byte leaves.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use relance_domain::{
    ids::{ReminderId, TenantId},
    records::MessageContent,
};
use sea_orm::Value;

use super::content;
use crate::{
    StoreError, Tx,
    batch::{self, OnConflict},
    change::{Change, Kind},
    entity::{attempts, reminder_contents},
    time::{day_text, millis},
};

/// A message about to leave.
#[derive(Debug, Clone, PartialEq)]
pub struct Frozen {
    /// Which reminder.
    pub id: ReminderId,
    /// Number of this attempt.
    pub attempt: i32,
    /// Who will be handed it.
    pub provider: String,
    /// Whose settings it leaves by: the channel's, or its fallback's.
    pub via: String,
    /// What is said.
    pub content: MessageContent,
    /// Date printed to pay before.
    pub pay_before_on: Option<NaiveDate>,
    /// Deadline printed.
    pub deadline_on: Option<NaiveDate>,
}

/// Writes content and attempt and takes each reminder to `sending` for `lease_ms` of real time. Commit
/// before the call. `now` is the tenant's clock, `real_now` the system's.
///
/// # Errors
/// The database's, or when a reminder left or was withdrawn meanwhile.
pub async fn freeze(
    tx: &Tx,
    tenant: TenantId,
    worker: &str,
    list: &[Frozen],
    now: DateTime<Utc>,
    real_now: DateTime<Utc>,
    lease_ms: i64,
) -> Result<(), StoreError> {
    let until = real_now.checked_add_signed(TimeDelta::milliseconds(lease_ms)).unwrap_or(real_now);
    let rows: Vec<Vec<Value>> = list
        .iter()
        .map(|frozen| {
            vec![
                frozen.id.0.into(),
                i64::from(frozen.attempt).into(),
                frozen.provider.clone().into(),
                frozen.via.clone().into(),
                frozen.pay_before_on.map(day_text).into(),
                frozen.deadline_on.map(day_text).into(),
                millis(until).into(),
                worker.into(),
            ]
        })
        .collect();
    let change = Change {
        table: "reminders",
        columns: &[
            ("id", Kind::Uuid),
            ("attempt", Kind::Big),
            ("provider", Kind::Text),
            ("via", Kind::Text),
            ("pay_before_on", Kind::Text),
            ("deadline_on", Kind::Text),
            ("until", Kind::Big),
            ("worker", Kind::Text),
        ],
        set: "status = 'sending', send_at = NULL, attempts = CAST(v.attempt AS INTEGER), provider = v.provider, via = v.via, \
              pay_before_on = v.pay_before_on, deadline_on = v.deadline_on, lease_until = v.until, lease_by = v.worker, \
              row_version = t.row_version + 1",
        only: " AND t.status IN ('planned', 'unknown')",
    };
    let changed = change.apply(tx, tenant, rows).await?;
    if usize::try_from(changed).ok() != Some(list.len()) {
        return Err(StoreError::inconsistent("reminders", "one left or was withdrawn while it was being frozen"));
    }
    let contents: Vec<_> = list.iter().map(|frozen| content::row(tenant, frozen.id, &frozen.content, now)).collect::<Result<_, _>>()?;
    batch::insert::<reminder_contents::Entity, _>(tx, &contents, OnConflict::Replace).await?;
    let tries: Vec<_> = list
        .iter()
        .map(|frozen| attempts::Model {
            tenant_id: tenant.0,
            reminder_id: frozen.id.0,
            number: frozen.attempt,
            provider: frozen.provider.clone(),
            via: frozen.via.clone(),
            outcome: "calling".to_owned(),
            detail: None,
            started_at: millis(real_now),
            ended_at: None,
        })
        .collect();
    batch::insert::<attempts::Entity, _>(tx, &tries, OnConflict::Fail).await?;
    Ok(())
}
