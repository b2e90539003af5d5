//! Reminders: read them, and what a person does to them.

mod eyes;
mod presented;

use chrono::{DateTime, Utc};
pub(in crate::dunning) use presented::granted;
pub use presented::presented;
use relance_domain::{
    event::EventType,
    ids::{CustomerId, ReminderId, TenantId},
    records::{By, EventObject, ReminderRecord, Verdict},
};
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};
use serde_json::{Map, json};
use uuid::Uuid;

use super::{
    claim::lock_rows,
    look::customer_day,
    rows::{self, body_text},
    writing::Moment,
};
use crate::{
    StoreError, Tx,
    batch::{self, OnConflict},
    entity::{attempts, invoice_steps, reminders},
    outbox::NewEvent,
    tenants,
    time::{day_text, millis},
};

/// Which reminders are listed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of one customer.
    pub customer_id: Option<CustomerId>,
    /// In one of these states; empty: any.
    pub status: Vec<String>,
}

/// One reminder with its attempts.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub async fn get<C: ConnectionTrait>(c: &C, tenant: TenantId, id: ReminderId) -> Result<ReminderRecord, StoreError> {
    let row = reminders::Entity::find_by_id((tenant.0, id.0)).one(c).await?.ok_or(StoreError::NotFound)?;
    let tried = attempts::Entity::find()
        .filter(attempts::Column::TenantId.eq(tenant.0))
        .filter(attempts::Column::ReminderId.eq(id.0))
        .order_by_asc(attempts::Column::Number)
        .all(c)
        .await?;
    Ok(ReminderRecord { attempts: tried.into_iter().map(rows::attempt).collect(), ..rows::reminder(&row)? })
}

/// Reminders, newest first, after `after`; without attempts.
///
/// # Errors
/// The database's.
pub async fn list<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    filter: &Filter,
    after: Option<Uuid>,
    limit: u64,
) -> Result<Vec<ReminderRecord>, StoreError> {
    let mut query = reminders::Entity::find().filter(reminders::Column::TenantId.eq(tenant.0));
    if let Some(customer) = filter.customer_id {
        query = query.filter(reminders::Column::CustomerId.eq(customer.0));
    }
    if !filter.status.is_empty() {
        query = query.filter(reminders::Column::Status.is_in(filter.status.iter().map(String::as_str)));
    }
    if let Some(after) = after {
        query = query.filter(reminders::Column::Id.lt(after));
    }
    let found = query.order_by_desc(reminders::Column::Id).limit(limit).all(c).await?;
    found.iter().map(rows::reminder).collect()
}

/// A person lets a reminder go: it leaves in the next window, after another look. Where four eyes are asked for, the first
/// person's approval is kept, and it waits for the second.
///
/// # Errors
/// [`StoreError::WrongState`] when it does not wait for a person, or this person has approved it before.
pub async fn approve(
    tx: &Tx,
    tenant: TenantId,
    id: ReminderId,
    by: By,
    comment: Option<String>,
    real_now: DateTime<Utc>,
) -> Result<ReminderRecord, StoreError> {
    let mut row = waiting(tx, tenant, id, &["awaiting_approval"]).await?;
    let moment = Moment::at(tx, tenant, real_now).await?;
    if tenants::get(tx, tenant).await?.settings.four_eyes && eyes::is_first(&rows::reminder(&row)?, &by)? {
        row.body = with_verdict(&row, Verdict { by, approved: true, comment, at: moment.now })?;
        return save(tx, tenant, row, EventType::ReminderApprovalRequested, "awaiting_approval", moment).await;
    }
    let before = std::mem::replace(&mut row.status, "planned".to_owned());
    row.approved = true;
    row.send_at = Some(millis(moment.now));
    row.scheduled_at = Ord::max(row.scheduled_at, millis(moment.now));
    row.body = with_verdict(&row, Verdict { by, approved: true, comment, at: moment.now })?;
    save(tx, tenant, row, EventType::ReminderPlanned, &before, moment).await
}

/// A person refuses a reminder: its step is waived for its invoices, and the ladder goes on.
///
/// # Errors
/// [`StoreError::WrongState`] when it does not wait for a person.
pub async fn reject(
    tx: &Tx,
    tenant: TenantId,
    id: ReminderId,
    by: By,
    comment: Option<String>,
    real_now: DateTime<Utc>,
) -> Result<ReminderRecord, StoreError> {
    let row = waiting(tx, tenant, id, &["awaiting_approval"]).await?;
    withdraw(tx, tenant, row, by, comment, "rejected", real_now).await
}

/// A person withdraws a reminder that has not left: its step is waived for its invoices.
///
/// # Errors
/// [`StoreError::WrongState`] when it left, is leaving or was withdrawn.
pub async fn cancel(
    tx: &Tx,
    tenant: TenantId,
    id: ReminderId,
    by: By,
    reason: String,
    real_now: DateTime<Utc>,
) -> Result<ReminderRecord, StoreError> {
    let row = waiting(tx, tenant, id, &["planned", "awaiting_approval"]).await?;
    withdraw(tx, tenant, row, by, Some(reason.clone()), &reason, real_now).await
}

/// A person wants a planned reminder to leave now; window, holds and pacing are still looked at.
///
/// # Errors
/// [`StoreError::WrongState`] unless it is planned.
pub async fn send_now(
    tx: &Tx,
    tenant: TenantId,
    id: ReminderId,
    by: By,
    reason: String,
    real_now: DateTime<Utc>,
) -> Result<ReminderRecord, StoreError> {
    let mut row = waiting(tx, tenant, id, &["planned"]).await?;
    let moment = Moment::at(tx, tenant, real_now).await?;
    row.send_at = Some(millis(moment.now));
    row.scheduled_at = millis(moment.now);
    row.body = with_verdict(&row, Verdict { by, approved: true, comment: Some(reason), at: moment.now })?;
    let before = row.status.clone();
    save(tx, tenant, row, EventType::ReminderPlanned, &before, moment).await
}

/// A person wants a message once more: a new reminder with the same rows leaves in the next window; where four eyes are asked
/// for, once another person has approved it.
///
/// # Errors
/// [`StoreError::WrongState`] unless it left or failed.
pub async fn resend(
    tx: &Tx,
    tenant: TenantId,
    id: ReminderId,
    by: By,
    reason: String,
    real_now: DateTime<Utc>,
) -> Result<ReminderRecord, StoreError> {
    let old = waiting(tx, tenant, id, &["sent", "delivered", "bounced", "failed", "unknown"]).await?;
    let moment = Moment::at(tx, tenant, real_now).await?;
    let at = millis(moment.now);
    let new = Uuid::now_v7();
    let alone = !tenants::get(tx, tenant).await?.settings.four_eyes;
    let order = Verdict { by, approved: true, comment: Some(reason), at: moment.now };
    let row = reminders::Model {
        id: new,
        status: if alone { "planned" } else { "awaiting_approval" }.to_owned(),
        approved: alone,
        send_at: Some(at).filter(|_| alone),
        lease_until: None,
        lease_by: None,
        scheduled_at: at,
        planned_at: at,
        sent_at: None,
        body: if alone { with_verdict(&old, order)? } else { eyes::ordered(&rows::reminder(&old)?, order)? },
        cancel_reason: None,
        reference: reference(new),
        provider: None,
        via: None,
        provider_id: None,
        attempts: 0,
        unknown_at: None,
        settle_by: None,
        row_version: 1,
        created_at: at,
        ..old
    };
    stop_settling(tx, tenant, id).await?;
    take_over_steps(tx, tenant, id, &row).await?;
    let record = rows::reminder(&row)?;
    batch::insert::<reminders::Entity, _>(tx, &[row], OnConflict::Fail).await?;
    let kind = if alone { EventType::ReminderPlanned } else { EventType::ReminderApprovalRequested };
    let event = NewEvent::new(kind, new, EventObject::Reminder(Box::new(record.clone())));
    moment.finish(tx, tenant, record.customer_id, vec![event]).await?;
    Ok(record)
}

/// A mail of unknown fate may wait to be repeated under its own Message-ID: not beside a new one.
async fn stop_settling(tx: &Tx, tenant: TenantId, id: ReminderId) -> Result<(), StoreError> {
    reminders::Entity::update_many()
        .col_expr(reminders::Column::SendAt, Expr::value(Option::<i64>::None))
        .filter(reminders::Column::TenantId.eq(tenant.0))
        .filter(reminders::Column::Id.eq(id.0))
        .exec(tx)
        .await?;
    Ok(())
}

/// Steps that the old reminder never fulfilled now wait for the new one.
async fn take_over_steps(tx: &Tx, tenant: TenantId, old: ReminderId, new: &reminders::Model) -> Result<(), StoreError> {
    invoice_steps::Entity::update_many()
        .col_expr(invoice_steps::Column::ReminderId, Expr::value(new.id))
        .filter(invoice_steps::Column::TenantId.eq(tenant.0))
        .filter(invoice_steps::Column::CustomerId.eq(new.customer_id))
        .filter(invoice_steps::Column::ReminderId.eq(old.0))
        .filter(invoice_steps::Column::Outcome.eq("planned"))
        .exec(tx)
        .await?;
    let planned = rows::reminder(new)?;
    let rows: Vec<invoice_steps::Model> = planned
        .body
        .lines
        .iter()
        .map(|line| invoice_steps::Model {
            tenant_id: tenant.0,
            invoice_id: line.invoice_id.0,
            step_key: line.step_key.clone(),
            customer_id: new.customer_id,
            outcome: "planned".to_owned(),
            reminder_id: Some(new.id),
            task_id: None,
            done_on: day_text(planned.planned_at.date_naive()),
            granted_until: None,
            reason: None,
            at: new.planned_at,
            position: new.planned_at,
        })
        .collect();
    batch::insert::<invoice_steps::Entity, _>(tx, &rows, OnConflict::Keep).await.map(|_| ())
}

/// Our reference of a reminder: the last sixteen letters of its id, where the chance is.
pub(in crate::dunning) fn reference(id: Uuid) -> String {
    let letters = ReminderId(id).to_string();
    format!("rl_{}", letters.get(letters.len().saturating_sub(16)..).unwrap_or(&letters))
}

/// The row, locked, when it is in one of these states.
async fn waiting(tx: &Tx, tenant: TenantId, id: ReminderId, states: &[&str]) -> Result<reminders::Model, StoreError> {
    let customer = reminders::Entity::find_by_id((tenant.0, id.0)).one(tx).await?.ok_or(StoreError::NotFound)?.customer_id;
    // the customer first, like everybody else
    lock_rows(tx, tenant, &[CustomerId(customer)]).await?;
    let query = reminders::Entity::find_by_id((tenant.0, id.0));
    let query = if tx.get_database_backend() == DbBackend::Postgres { query.lock_exclusive() } else { query };
    let row = query.one(tx).await?.ok_or(StoreError::NotFound)?;
    if states.contains(&row.status.as_str()) {
        return Ok(row);
    }
    Err(StoreError::WrongState(format!("The reminder is {}; this is for {}.", row.status, states.join(", "))))
}

fn with_verdict(row: &reminders::Model, verdict: Verdict) -> Result<String, StoreError> {
    let mut body = rows::reminder(row)?.body;
    body.verdicts.push(verdict);
    body_text(&body)
}

async fn withdraw(
    tx: &Tx,
    tenant: TenantId,
    mut row: reminders::Model,
    by: By,
    comment: Option<String>,
    reason: &str,
    real_now: DateTime<Utc>,
) -> Result<ReminderRecord, StoreError> {
    let moment = Moment::at(tx, tenant, real_now).await?;
    let today = customer_day(tx, tenant, CustomerId(row.customer_id), moment.now).await?;
    row.body = with_verdict(&row, Verdict { by, approved: false, comment, at: moment.now })?;
    let before = std::mem::replace(&mut row.status, "cancelled".to_owned());
    row.cancel_reason = Some(reason.to_owned());
    row.send_at = None;
    row.lease_until = None;
    row.lease_by = None;
    invoice_steps::Entity::update_many()
        .col_expr(invoice_steps::Column::Outcome, Expr::value("waived"))
        .col_expr(invoice_steps::Column::Reason, Expr::value(reason))
        .col_expr(invoice_steps::Column::DoneOn, Expr::value(day_text(today)))
        .col_expr(invoice_steps::Column::At, Expr::value(millis(moment.now)))
        .filter(invoice_steps::Column::TenantId.eq(tenant.0))
        .filter(invoice_steps::Column::CustomerId.eq(row.customer_id))
        .filter(invoice_steps::Column::ReminderId.eq(row.id))
        .filter(invoice_steps::Column::Outcome.eq("planned"))
        .exec(tx)
        .await?;
    save(tx, tenant, row, EventType::ReminderCancelled, &before, moment).await
}

async fn save(
    tx: &Tx,
    tenant: TenantId,
    mut row: reminders::Model,
    kind: EventType,
    status_before: &str,
    moment: Moment,
) -> Result<ReminderRecord, StoreError> {
    row.row_version += 1;
    let record = rows::reminder(&row)?;
    let id = row.id;
    batch::insert::<reminders::Entity, _>(tx, &[row], OnConflict::Replace).await?;
    let changes = if status_before == record.status { Map::new() } else { Map::from_iter([("status".to_owned(), json!(status_before))]) };
    let event = NewEvent { changes, ..NewEvent::new(kind, id, EventObject::Reminder(Box::new(record.clone()))) };
    moment.finish(tx, tenant, record.customer_id, vec![event]).await?;
    get(tx, tenant, record.id).await
}
