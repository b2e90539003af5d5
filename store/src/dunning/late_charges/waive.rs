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
    dunning::{claim::lock_rows, writing::Moment},
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
    let (charge, event) = waived(charge, Waiver { by: Some(by), reason, at: moment.now });
    batch::insert::<late_charges::Entity, _>(tx, &[row(tenant, &charge)?], OnConflict::Replace).await?;
    moment.finish(tx, tenant, customer, vec![event]).await?;
    Ok(charge)
}

/// The policy waives what is left of these customers' charges: their principal is paid.
pub(in crate::dunning) async fn lapse(
    tx: &Tx,
    tenant: TenantId,
    customers: &[CustomerId],
    now: DateTime<Utc>,
) -> Result<Vec<NewEvent>, StoreError> {
    if customers.is_empty() {
        return Ok(Vec::new());
    }
    let left = late_charges::Entity::find()
        .filter(late_charges::Column::TenantId.eq(tenant.0))
        .filter(late_charges::Column::CustomerId.is_in(customers.iter().map(|customer| customer.0)))
        .filter(late_charges::Column::Status.eq("accrued"))
        .all(tx)
        .await?;
    let (mut rows, mut events) = (Vec::new(), Vec::new());
    for charge in &left {
        let waiver = Waiver { by: None, reason: "principal_paid".to_owned(), at: now };
        let (charge, event) = waived(record(charge)?, waiver);
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
