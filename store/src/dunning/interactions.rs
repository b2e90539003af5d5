//! Contacts made elsewhere: a visit, a call, a salesman's mail. They count in pacing.

use chrono::{DateTime, Utc};
use relance_domain::{
    ids::{CustomerId, TaskId, TenantId},
    records::{By, InteractionRecord},
};
use uuid::Uuid;

use super::{look::customer_day, rows, writing::Moment};
use crate::{
    StoreError, Tx,
    batch::{self, OnConflict},
    entity::interactions,
    time::{day_text, millis},
};

/// Outcomes of a call that reached nobody.
const NOBODY: [&str; 4] = ["no_answer", "voicemail", "unreachable", "wrong_number"];

/// A contact to be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewInteraction {
    /// Customer.
    pub customer_id: CustomerId,
    /// `phone`, `visit`, `email`, `sms`, `letter`, `other`.
    pub channel: String,
    /// When it was.
    pub at: DateTime<Utc>,
    /// Who made it.
    pub by: Option<By>,
    /// What came of it.
    pub outcome: Option<String>,
    /// Words.
    pub comment: Option<String>,
    /// The task it fulfils.
    pub task_id: Option<TaskId>,
}

/// Records a contact made elsewhere.
///
/// # Errors
/// [`StoreError::NotFound`] without such a customer; [`StoreError::Refused`] when it lies in the future.
pub async fn create(tx: &Tx, tenant: TenantId, new: NewInteraction, real_now: DateTime<Utc>) -> Result<InteractionRecord, StoreError> {
    let moment = Moment::at(tx, tenant, real_now).await?;
    if new.at > moment.now {
        return Err(StoreError::refused(
            "validation_failed",
            "/at",
            "A contact is recorded once it was made: the instant is in the future.",
        ));
    }
    let record = make(tx, tenant, new, moment).await?;
    moment.finish(tx, tenant, record.customer_id, Vec::new()).await?;
    Ok(record)
}

/// Writes a contact; the look is the caller's.
pub(super) async fn make(tx: &Tx, tenant: TenantId, new: NewInteraction, moment: Moment) -> Result<InteractionRecord, StoreError> {
    let on_day = customer_day(tx, tenant, new.customer_id, new.at).await?;
    let reached = new.outcome.as_deref().is_none_or(|outcome| !NOBODY.contains(&outcome));
    let row = interactions::Model {
        tenant_id: tenant.0,
        id: Uuid::now_v7(),
        customer_id: new.customer_id.0,
        channel: new.channel,
        at: millis(new.at),
        on_day: day_text(on_day),
        by_whom: new.by.as_ref().map(|by| rows::text("interactions", by)).transpose()?,
        outcome: new.outcome,
        reached,
        comment: new.comment,
        task_id: new.task_id.map(|id| id.0),
        created_at: millis(moment.now),
    };
    let record = rows::interaction(&row)?;
    batch::insert::<interactions::Entity, _>(tx, &[row], OnConflict::Fail).await?;
    Ok(record)
}
