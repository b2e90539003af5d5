//! Charges that are no longer asked for: by a person with a reason, or by the policy once the principal is paid.

use chrono::{DateTime, Utc};
use relance_domain::{
    event::EventType,
    ids::{ChargeId, CustomerId, TenantId},
    records::{By, EventObject, LateChargeRecord, Waiver},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Map, json};

use super::{get, record, row};
use crate::{
    StoreError, Tx,
    batch::{self, OnConflict},
    dunning::{claim::lock_rows, tasks, writing::Moment},
    entity::late_charges,
    outbox::NewEvent,
};

/// A person waives a charge: recorded with name and reason, and never asked again.
///
/// # Errors
/// [`StoreError::NotFound`]; [`StoreError::WrongState`] when it was waived before.
pub async fn waive(
    tx: &Tx,
    tenant: TenantId,
    id: ChargeId,
    by: By,
    reason: String,
    real_now: DateTime<Utc>,
) -> Result<LateChargeRecord, StoreError> {
    let customer = get(tx, tenant, id).await?.customer_id;
    lock_rows(tx, tenant, &[customer]).await?;
    let charge = get(tx, tenant, id).await?;
    if charge.status != "accrued" {
        return Err(StoreError::WrongState(format!("The charge is {}.", charge.status)));
    }
    let moment = Moment::at(tx, tenant, real_now).await?;
    let (charge, event) = waived(charge, Waiver { by: Some(by.clone()), reason, at: moment.now });
    batch::insert::<late_charges::Entity, _>(tx, &[row(tenant, &charge)?], OnConflict::Replace).await?;
    let mut events = vec![event];
    if accrued(tx, tenant, &[customer]).await?.is_empty() {
        // nothing is left for a person to settle
        events.extend(tasks::done_by_itself(tx, tenant, customer, CHARGES_LEFT, |_| true, &by, "waived", moment).await?);
    }
    moment.finish(tx, tenant, customer, events).await?;
    Ok(charge)
}

/// The kind of the task that asks a person to settle or waive what is left once the principal is paid.
pub(in crate::dunning) const CHARGES_LEFT: &str = "charges_left";

/// A person completed that task by waiving what is left; the look and the events are the caller's.
pub(in crate::dunning) async fn waive_left(
    tx: &Tx,
    tenant: TenantId,
    customer: CustomerId,
    by: &By,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<Vec<NewEvent>, StoreError> {
    end_all(tx, tenant, &[customer], &Waiver { by: Some(by.clone()), reason: reason.to_owned(), at: now }).await
}

async fn accrued(tx: &Tx, tenant: TenantId, customers: &[CustomerId]) -> Result<Vec<late_charges::Model>, StoreError> {
    Ok(late_charges::Entity::find()
        .filter(late_charges::Column::TenantId.eq(tenant.0))
        .filter(late_charges::Column::CustomerId.is_in(customers.iter().map(|customer| customer.0)))
        .filter(late_charges::Column::Status.eq("accrued"))
        .all(tx)
        .await?)
}

/// The policy waives what is left of these customers' charges: their principal is paid.
pub(in crate::dunning) async fn lapse(
    tx: &Tx,
    tenant: TenantId,
    customers: &[CustomerId],
    now: DateTime<Utc>,
) -> Result<Vec<NewEvent>, StoreError> {
    let waiver = Waiver { by: None, reason: "principal_paid".to_owned(), at: now };
    end_all(tx, tenant, customers, &waiver).await
}

async fn end_all(tx: &Tx, tenant: TenantId, customers: &[CustomerId], waiver: &Waiver) -> Result<Vec<NewEvent>, StoreError> {
    if customers.is_empty() {
        return Ok(Vec::new());
    }
    let left = accrued(tx, tenant, customers).await?;
    let (mut rows, mut events) = (Vec::new(), Vec::new());
    for charge in &left {
        let (charge, event) = waived(record(charge)?, waiver.clone());
        rows.push(row(tenant, &charge)?);
        events.push(event);
    }
    batch::insert::<late_charges::Entity, _>(tx, &rows, OnConflict::Replace).await?;
    Ok(events)
}

fn waived(mut charge: LateChargeRecord, waiver: Waiver) -> (LateChargeRecord, NewEvent) {
    charge.status = "waived".to_owned();
    charge.body.waiver = Some(waiver);
    charge.row_version += 1;
    let changes = Map::from_iter([("status".to_owned(), json!("accrued"))]);
    let object = EventObject::LateCharge(Box::new(charge.clone()));
    let event = NewEvent { changes, ..NewEvent::new(EventType::LateChargeWaived, charge.id.0, object) };
    (charge, event)
}
