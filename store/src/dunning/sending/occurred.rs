//! What the messages of a batch answer: the promise, dispute, call or payment that each of them tells.

use std::collections::BTreeMap;

use relance_domain::{
    dunning::Occasion,
    ids::TenantId,
    records::{Occurred, PromiseRecord},
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::list::among;
use crate::{
    StoreError,
    dunning::rows,
    entity::{disputes, invoices, payments, promises, reminders, tasks},
    time::day,
};

/// By reminder: what it answers, and the promise, if it is one.
pub(super) type Answered = BTreeMap<Uuid, (Occurred, Option<PromiseRecord>)>;

/// Reads what `rows` answer; nothing, when all are steps of a ladder.
pub(super) async fn of<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    rows: impl Iterator<Item = &reminders::Model>,
) -> Result<Answered, StoreError> {
    let mut found = Answered::new();
    for row in rows {
        let Some((subject, occasion)) = row.answers.zip(Occasion::parse(&row.step_key)) else { continue };
        let told = match occasion {
            Occasion::PromiseMade | Occasion::PromiseBroken => {
                let promise = promises::Entity::find_by_id((tenant.0, subject)).one(c).await?.ok_or(StoreError::NotFound)?;
                (Occurred::Promise, Some(rows::promise(&promise)?))
            }
            Occasion::DisputeOpened => {
                let dispute = disputes::Entity::find_by_id((tenant.0, subject)).one(c).await?.ok_or(StoreError::NotFound)?;
                let of = invoices::Entity::find_by_id((tenant.0, dispute.invoice_id)).one(c).await?.ok_or(StoreError::NotFound)?;
                (Occurred::Dispute(Box::new(rows::dispute(&dispute, &of.currency)?)), None)
            }
            Occasion::CallCompleted => {
                let task = tasks::Entity::find_by_id((tenant.0, subject)).one(c).await?.ok_or(StoreError::NotFound)?;
                (Occurred::Call(Box::new(rows::task(&task)?)), None)
            }
            Occasion::CaseClosed => (Occurred::Paid(last_payment(c, tenant, row.customer_id).await?), None),
        };
        found.insert(row.id, told);
    }
    Ok(found)
}

async fn last_payment<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    customer: Uuid,
) -> Result<Option<(relance_domain::money::Money, chrono::NaiveDate)>, StoreError> {
    let last = payments::Entity::find()
        .filter(payments::Column::TenantId.eq(tenant.0))
        .filter(among(c.get_database_backend(), payments::Column::CustomerId, [customer]))
        .filter(payments::Column::ReversedOn.is_null())
        .order_by_desc(payments::Column::PaidOn)
        .order_by_desc(payments::Column::Id)
        .one(c)
        .await?;
    last.map(|row| Ok((rows::money("payments", row.amount, &row.currency)?, day("payments", &row.paid_on)?))).transpose()
}
