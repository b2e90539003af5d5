//! The first presentation of a registered letter, and what it grants.

use chrono::{DateTime, NaiveDate, Utc};
use relance_domain::{
    dunning::deadline_granted,
    ids::{CustomerId, ReminderId, TenantId},
    policy::Channel,
    records::ReminderRecord,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};

use super::{get, waiting};
use crate::{
    StoreError, Tx,
    batch::{self, OnConflict},
    dunning::{
        look::{self, customer_day},
        rows,
        sending::versions,
        writing::Moment,
    },
    entity::{invoice_steps, reminders},
    tenants,
    time::{day_text, instant},
};

/// A registered letter was first presented on this day: what it grants ends the days of its step later, and not before the
/// deadline it prints (`presets.md` §1 rule 6). A later word corrects an earlier one.
///
/// # Errors
/// [`StoreError::WrongState`] unless it is a registered letter that left; [`StoreError::Refused`] for a day before it was
/// posted, or that has not come.
pub async fn presented(
    tx: &Tx,
    tenant: TenantId,
    id: ReminderId,
    on: NaiveDate,
    real_now: DateTime<Utc>,
) -> Result<ReminderRecord, StoreError> {
    let mut row = waiting(tx, tenant, id, &["sent", "delivered"]).await?;
    if row.channel != Channel::RegisteredLetter.as_str() {
        return Err(StoreError::WrongState("Only a registered letter is presented.".to_owned()));
    }
    let moment = Moment::at(tx, tenant, real_now).await?;
    let customer = CustomerId(row.customer_id);
    let posted = customer_day(tx, tenant, customer, row.sent_at.map_or(moment.now, instant)).await?;
    let today = customer_day(tx, tenant, customer, moment.now).await?;
    if on < posted || on > today {
        let detail = format!("The letter was posted on {posted}, and today is {today}: it was presented between the two.");
        return Err(StoreError::refused("validation_failed", "/on", detail));
    }
    row.presented_on = Some(day_text(on));
    granted(tx, tenant, &row, on).await?;
    row.row_version += 1;
    batch::insert::<reminders::Entity, _>(tx, &[row], OnConflict::Replace).await?;
    moment.finish(tx, tenant, customer, Vec::new()).await?;
    get(tx, tenant, id).await
}

/// Moves the end of what the letter grants to its rows.
pub(in crate::dunning) async fn granted(
    tx: &Tx,
    tenant: TenantId,
    row: &reminders::Model,
    presented_on: NaiveDate,
) -> Result<(), StoreError> {
    let Some(printed) = rows::reminder(row)?.deadline_on else { return Ok(()) };
    let creditor = tenants::get(tx, tenant).await?;
    let customer = look::details(&look::customer(tx, tenant, CustomerId(row.customer_id)).await?)?;
    let policies = versions::of(tx, tenant, [(row.policy_id, row.policy_version)].into_iter()).await?;
    let policy = policies.get(&(row.policy_id, row.policy_version)).map(|version| &version.policy);
    let step = policy.and_then(|policy| policy.step(&row.step_key));
    let until = step.and_then(|step| deadline_granted(step, &customer, &creditor.settings, printed, presented_on));
    let Some(until) = until else { return Ok(()) };
    invoice_steps::Entity::update_many()
        .col_expr(invoice_steps::Column::GrantedUntil, Expr::value(day_text(until)))
        .filter(invoice_steps::Column::TenantId.eq(tenant.0))
        .filter(invoice_steps::Column::CustomerId.eq(row.customer_id))
        .filter(invoice_steps::Column::ReminderId.eq(row.id))
        .filter(invoice_steps::Column::Outcome.eq("sent"))
        .exec(tx)
        .await?;
    Ok(())
}
