//! Contacts made elsewhere (a visit, a call, a salesman's mail), which count in pacing; what the customer says by itself, which
//! rests the chase until a person has dealt with it; and the attempts of a call.

use chrono::{DateTime, NaiveDate, Utc};
use relance_domain::{
    attempts::{self, NotAgain},
    hold::HoldReason,
    ids::{CustomerId, InvoiceId, TaskId, TenantId},
    nonpayment::waits_for_person,
    records::{By, InteractionRecord},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::{
    claim::lock_rows,
    follow::{self, Said},
    look::customer_day,
    rows, tasks,
    writing::Moment,
};
use crate::{
    StoreError, Tx,
    batch::{self, OnConflict},
    entity::interactions,
    time::{day, day_text, millis},
};

/// Outcomes of a call that reached nobody.
const NOBODY: [&str; 4] = ["no_answer", "voicemail", "unreachable", "wrong_number"];

/// Who contacted whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// The customer was contacted.
    Outbound,
    /// The customer made itself heard; `automatic`: a machine of its did.
    Inbound {
        /// An automatic answer holds nothing.
        automatic: bool,
    },
}

/// A contact to be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewInteraction {
    /// Customer.
    pub customer_id: CustomerId,
    /// `phone`, `visit`, `email`, `sms`, `letter`, `other`.
    pub channel: String,
    /// Who contacted whom.
    pub direction: Direction,
    /// When it was.
    pub at: DateTime<Utc>,
    /// Who made it.
    pub by: Option<By>,
    /// What came of it.
    pub outcome: Option<String>,
    /// Reason for non-payment, as it was given; what follows a reason of the list is done.
    pub reason_code: Option<String>,
    /// The invoices that the reason is about; empty: the customer.
    pub invoice_ids: Vec<InvoiceId>,
    /// The day on which the customer says that it will pay or approve.
    pub expected_on: Option<NaiveDate>,
    /// Words.
    pub comment: Option<String>,
    /// The call of which it is an attempt, or the task that it fulfils.
    pub task_id: Option<TaskId>,
}

/// Records a contact.
///
/// # Errors
/// [`StoreError::NotFound`] without such a customer, task or invoice; [`StoreError::Refused`] when it lies in the future, or
/// is no attempt of its task.
pub async fn create(tx: &Tx, tenant: TenantId, new: NewInteraction, real_now: DateTime<Utc>) -> Result<InteractionRecord, StoreError> {
    let moment = Moment::at(tx, tenant, real_now).await?;
    if new.at > moment.now {
        return Err(StoreError::refused(
            "validation_failed",
            "/at",
            "A contact is recorded once it was made: the instant is in the future.",
        ));
    }
    let customer = new.customer_id;
    lock_rows(tx, tenant, &[customer]).await?;
    let on = customer_day(tx, tenant, customer, new.at).await?;
    let before = match new.task_id {
        Some(task) => Some((task, attempted(tx, tenant, &new, task, on).await?)),
        None => None,
    };
    let said = follow::Given::of(&new);
    let waits = matches!(new.direction, Direction::Inbound { automatic } if waits_for_person(&new.channel, automatic));
    let record = make(tx, tenant, new, moment).await?;
    let mut events = Vec::new();
    if waits {
        let placed_by = record.by.as_ref().map_or_else(|| record.channel.clone(), |by| by.name.clone());
        events.extend(follow::rest(tx, tenant, customer, HoldReason::UnreadReply, &placed_by, moment).await?);
    }
    if let Some(reason) = said.reason {
        let placed_by = record.by.as_ref().map_or("interaction", |by| by.name.as_str());
        let said = Said { reason, invoices: &said.invoices, expected_on: said.expected_on, placed_by };
        events.extend(follow::apply(tx, tenant, customer, &said, moment).await?);
    }
    if let Some((task, attempts)) = before.filter(|(_, attempts)| attempts::is_exhausted(attempts + 1)) {
        events.extend(tasks::exhausted(tx, tenant, task, attempts + 1, &record, moment).await?);
    }
    moment.finish(tx, tenant, record.customer_id, events).await?;
    Ok(record)
}

/// How often the call was tried before; it is refused a fourth time, and twice on one day.
async fn attempted(tx: &Tx, tenant: TenantId, new: &NewInteraction, task: TaskId, on: NaiveDate) -> Result<usize, StoreError> {
    let refused = |detail: String| StoreError::refused("not_eligible", "/task_id", detail);
    let record = tasks::get(tx, tenant, task).await?;
    if record.customer_id != Some(new.customer_id) {
        return Err(refused("The task is another customer's.".to_owned()));
    }
    if record.status != "open" || !tasks::is_call(&record) || new.channel != "phone" || new.direction != Direction::Outbound {
        return Err(refused("An attempt is an outbound call, of a task that asks for one and is open.".to_owned()));
    }
    let days: Vec<String> = interactions::Entity::find()
        .select_only()
        .column(interactions::Column::OnDay)
        .filter(interactions::Column::TenantId.eq(tenant.0))
        .filter(interactions::Column::CustomerId.eq(new.customer_id.0))
        .filter(interactions::Column::TaskId.eq(task.0))
        .into_tuple()
        .all(tx)
        .await?;
    let days = days.iter().map(|text| day("interactions", text)).collect::<Result<Vec<_>, _>>()?;
    attempts::may_dial(&days, on).map_err(|why| match why {
        NotAgain::Enough => refused(format!("The call was tried {} times.", days.len())),
        NotAgain::SameDay => refused(format!("The call was tried on {on} already: at most three attempts, on three days.")),
    })?;
    Ok(days.len())
}

/// Writes a contact; what follows it and the look are the caller's.
pub(super) async fn make(tx: &Tx, tenant: TenantId, new: NewInteraction, moment: Moment) -> Result<InteractionRecord, StoreError> {
    let on_day = customer_day(tx, tenant, new.customer_id, new.at).await?;
    let (direction, automatic) = match new.direction {
        Direction::Outbound => ("outbound", false),
        Direction::Inbound { automatic } => ("inbound", automatic),
    };
    let reached = !automatic && new.outcome.as_deref().is_none_or(|outcome| !NOBODY.contains(&outcome));
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
        direction: direction.to_owned(),
        reason_code: new.reason_code,
        created_at: millis(moment.now),
    };
    let record = rows::interaction(&row)?;
    batch::insert::<interactions::Entity, _>(tx, &[row], OnConflict::Fail).await?;
    Ok(record)
}
