//! What follows a reason for non-payment: holds, tasks, disputes, as the domain's table has them.

use chrono::NaiveDate;
use relance_domain::{
    dunning::{Language, region_of},
    event::EventType,
    hold::HoldReason,
    ids::{CustomerId, InvoiceId, TenantId},
    nonpayment::{Errand, NonPayment},
    records::EventObject,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};
use uuid::Uuid;

use super::{
    disputes::{self, NewDispute},
    interactions::NewInteraction,
    look,
    rows::{self, TaskBody, text},
    writing::Moment,
    zones::tenant_day,
};
use crate::{
    StoreError, Tx,
    batch::{self, OnConflict},
    entity::{holds, invoice_steps, invoices, reminders, tasks},
    outbox::NewEvent,
    tenants,
    time::{day_text, millis},
};

/// What a contact says about non-payment.
pub(super) struct Given {
    /// A reason of the list; another word is only kept.
    pub reason: Option<NonPayment>,
    pub invoices: Vec<InvoiceId>,
    pub expected_on: Option<NaiveDate>,
}

impl Given {
    pub(super) fn of(new: &NewInteraction) -> Self {
        Self {
            reason: new.reason_code.as_deref().and_then(NonPayment::parse),
            invoices: new.invoice_ids.clone(),
            expected_on: new.expected_on,
        }
    }
}

/// A reason for non-payment that was given.
pub(super) struct Said<'a> {
    pub reason: NonPayment,
    /// The invoices that it is about; empty: the customer.
    pub invoices: &'a [InvoiceId],
    /// The day on which it will be paid or approved.
    pub expected_on: Option<NaiveDate>,
    pub placed_by: &'a str,
}

/// Does what follows; gives back the events to tell.
///
/// # Errors
/// [`StoreError::Refused`] for an invoice that is not the customer's.
pub(super) async fn apply(
    tx: &Tx,
    tenant: TenantId,
    customer: CustomerId,
    said: &Said<'_>,
    moment: Moment,
) -> Result<Vec<NewEvent>, StoreError> {
    let owed = of_customer(tx, tenant, customer, said.invoices).await?;
    let creditor = tenants::get(tx, tenant).await?;
    let details = look::details(&look::customer(tx, tenant, customer).await?)?;
    let today = tenant_day(&creditor, moment.now);
    let follow = said.reason.follow_up(today, said.expected_on, region_of(&details, &creditor.settings));
    let mut events = Vec::new();
    if let Some((reason, until_on)) = follow.hold {
        // what the law stops it stops for the whole customer
        let whole = owed.is_empty() || reason.why().article().is_some();
        let targets: Vec<Option<Uuid>> = if whole { vec![None] } else { owed.iter().map(|row| Some(row.id)).collect() };
        let before_on = (reason == HoldReason::Insolvency).then_some(today);
        for invoice in targets {
            let place = Place { customer, invoice, reason, until_on, before_on, placed_by: said.placed_by };
            events.extend(hold(tx, tenant, place, moment).await?);
        }
    }
    for (errand, due_on) in follow.errands {
        events.extend(task(tx, tenant, customer, errand, due_on, moment).await?);
    }
    if follow.disputes {
        for row in owed.iter().filter(|row| row.amount_due > row.disputed) {
            let new =
                NewDispute { invoice_id: InvoiceId(row.id), amount: None, reason_code: said.reason.as_str().to_owned(), comment: None };
            disputes::open(tx, tenant, new, moment.real).await?;
        }
    }
    if follow.uncounts {
        uncount(tx, tenant, customer, &owed, moment).await?;
    }
    Ok(events)
}

/// Rests the whole customer until a person lifts it.
pub(super) async fn rest(
    tx: &Tx,
    tenant: TenantId,
    customer: CustomerId,
    reason: HoldReason,
    placed_by: &str,
    moment: Moment,
) -> Result<Option<NewEvent>, StoreError> {
    hold(tx, tenant, Place { customer, invoice: None, reason, until_on: None, before_on: None, placed_by }, moment).await
}

/// A person has dealt with what this hold waited for.
pub(super) async fn lift(tx: &Tx, tenant: TenantId, id: Uuid, by: &str, moment: Moment) -> Result<Option<NewEvent>, StoreError> {
    let row = holds::Entity::find_by_id((tenant.0, id)).one(tx).await?;
    let Some(mut row) = row.filter(|row| row.released_at.is_none()) else { return Ok(None) };
    row.released_at = Some(millis(moment.now));
    row.released_by = Some(by.to_owned());
    row.row_version += 1;
    let record = rows::hold(&row)?;
    batch::insert::<holds::Entity, _>(tx, &[row], OnConflict::Replace).await?;
    Ok(Some(NewEvent::new(EventType::HoldReleased, id, EventObject::Hold(Box::new(record)))))
}

async fn of_customer(tx: &Tx, tenant: TenantId, customer: CustomerId, ids: &[InvoiceId]) -> Result<Vec<invoices::Model>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let found = invoices::Entity::find()
        .filter(invoices::Column::TenantId.eq(tenant.0))
        .filter(invoices::Column::CustomerId.eq(customer.0))
        .filter(invoices::Column::Id.is_in(ids.iter().map(|id| id.0)))
        .order_by_asc(invoices::Column::Id)
        .all(tx)
        .await?;
    match ids.iter().position(|id| found.iter().all(|row| row.id != id.0)) {
        Some(at) => Err(StoreError::refused("not_found", format!("/invoice_ids/{at}"), "The customer has no such invoice.")),
        None => Ok(found),
    }
}

struct Place<'a> {
    customer: CustomerId,
    invoice: Option<Uuid>,
    reason: HoldReason,
    until_on: Option<NaiveDate>,
    before_on: Option<NaiveDate>,
    placed_by: &'a str,
}

/// Places a hold unless the same stands and lasts as long.
async fn hold(tx: &Tx, tenant: TenantId, place: Place<'_>, moment: Moment) -> Result<Option<NewEvent>, StoreError> {
    let Place { customer, invoice, reason, until_on, before_on, placed_by } = place;
    let (scope, target) = invoice.map_or(("customer", customer.0), |id| ("invoice", id));
    let until = until_on.map(day_text);
    let standing = holds::Entity::find()
        .filter(holds::Column::TenantId.eq(tenant.0))
        .filter(holds::Column::TargetId.eq(target))
        .filter(holds::Column::Reason.eq(reason.as_str()))
        .filter(holds::Column::ReleasedAt.is_null())
        .all(tx)
        .await?;
    let lasts = |row: &holds::Model| row.until_on.is_none() || (until.is_some() && row.until_on >= until);
    if standing.iter().any(lasts) {
        return Ok(None);
    }
    let row = holds::Model {
        tenant_id: tenant.0,
        id: Uuid::now_v7(),
        scope: scope.to_owned(),
        target_id: Some(target),
        customer_id: Some(customer.0),
        reason: reason.as_str().to_owned(),
        until_on: until,
        before_on: before_on.map(day_text),
        published_on: None,
        placed_by: Some(placed_by.to_owned()),
        created_at: millis(moment.now),
        released_at: None,
        released_by: None,
        row_version: 1,
    };
    let (id, record) = (row.id, rows::hold(&row)?);
    batch::insert::<holds::Entity, _>(tx, &[row], OnConflict::Fail).await?;
    Ok(Some(NewEvent::new(EventType::HoldPlaced, id, EventObject::Hold(Box::new(record)))))
}

/// Raises a task unless one about the same is open.
async fn task(
    tx: &Tx,
    tenant: TenantId,
    customer: CustomerId,
    errand: Errand,
    due_on: NaiveDate,
    moment: Moment,
) -> Result<Option<NewEvent>, StoreError> {
    let about = format!("nonpayment:{}", errand.as_str());
    let open = tasks::Entity::find()
        .filter(tasks::Column::TenantId.eq(tenant.0))
        .filter(tasks::Column::CustomerId.eq(customer.0))
        .filter(tasks::Column::Status.eq("open"))
        .filter(tasks::Column::About.eq(about.as_str()))
        .limit(1)
        .one(tx)
        .await?;
    if open.is_some() {
        return Ok(None);
    }
    let body = TaskBody {
        lines: Vec::new(),
        assign_to: vec![errand.role().to_owned()],
        contact_id: None,
        title_fr: Some(errand.sentence(Language::French).to_owned()),
    };
    let row = tasks::Model {
        tenant_id: tenant.0,
        id: Uuid::now_v7(),
        customer_id: Some(customer.0),
        kind: errand.kind().to_owned(),
        channel: None,
        step_key: None,
        about: Some(about),
        status: "open".to_owned(),
        title: errand.sentence(Language::English).to_owned(),
        due_on: day_text(due_on),
        amount: 0,
        currency: None,
        body: text("tasks", &body)?,
        outcome: None,
        result: None,
        completed_at: None,
        decision_id: None,
        row_version: 1,
        created_at: millis(moment.now),
    };
    let (id, record) = (row.id, rows::task(&row)?);
    batch::insert::<tasks::Entity, _>(tx, &[row], OnConflict::Fail).await?;
    Ok(Some(NewEvent::new(EventType::TaskCreated, id, EventObject::Task(Box::new(record)))))
}

/// The message that left last went to the wrong person: for these invoices (none: all it carried) its step does not count,
/// and grants nothing. It does not leave again either: the next one goes on.
async fn uncount(tx: &Tx, tenant: TenantId, customer: CustomerId, owed: &[invoices::Model], moment: Moment) -> Result<(), StoreError> {
    let last = reminders::Entity::find()
        .filter(reminders::Column::TenantId.eq(tenant.0))
        .filter(reminders::Column::CustomerId.eq(customer.0))
        .filter(reminders::Column::SentAt.is_not_null())
        .filter(reminders::Column::CopyOf.is_null())
        .order_by_desc(reminders::Column::SentAt)
        .limit(1)
        .one(tx)
        .await?;
    let Some(last) = last else { return Ok(()) };
    let mut change = invoice_steps::Entity::update_many()
        .col_expr(invoice_steps::Column::Outcome, Expr::value("waived"))
        .col_expr(invoice_steps::Column::Reason, Expr::value(NonPayment::WrongContact.as_str()))
        .col_expr(invoice_steps::Column::GrantedUntil, Expr::value(Option::<String>::None))
        .col_expr(invoice_steps::Column::At, Expr::value(millis(moment.now)))
        .filter(invoice_steps::Column::TenantId.eq(tenant.0))
        .filter(invoice_steps::Column::CustomerId.eq(customer.0))
        .filter(invoice_steps::Column::ReminderId.eq(last.id))
        .filter(invoice_steps::Column::Outcome.eq("sent"));
    if !owed.is_empty() {
        change = change.filter(invoice_steps::Column::InvoiceId.is_in(owed.iter().map(|row| row.id)));
    }
    change.exec(tx).await?;
    Ok(())
}
