//! Tasks for people: read them by priority, complete them.

use chrono::{DateTime, NaiveDate, Utc};
use relance_domain::{
    dunning::Title,
    event::EventType,
    ids::{CustomerId, HoldId, InvoiceId, TaskId, TenantId},
    nonpayment::NonPayment,
    records::{By, EventObject, InteractionRecord, PromiseRecord, TaskRecord},
};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};
use serde_json::{Map, json};
use uuid::Uuid;

use super::{
    follow::{self, Said},
    interactions::{self, Direction, NewInteraction},
    late_charges,
    promises::{self, NewPromise},
    rows::{self, TaskBody, TaskResult},
    writing::Moment,
    zones::tenant_day,
};
use crate::{
    StoreError, Tx,
    batch::{self, OnConflict},
    entity::{invoices, tasks},
    outbox::NewEvent,
    tenants,
    time::{day_text, millis},
};

/// Which tasks are listed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of one customer.
    pub customer_id: Option<CustomerId>,
    /// In one of these states; empty: any.
    pub status: Vec<String>,
    /// The largest sum first, then the oldest day; else newest first.
    pub by_priority: bool,
}

/// How a task ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// What came of it, e.g. `reached`, `no_answer`.
    pub outcome: String,
    /// Reason for non-payment.
    pub reason_code: Option<String>,
    /// Words.
    pub comment: Option<String>,
    /// Of a call: what the customer is told of it in writing.
    pub summary: Option<String>,
    /// Who did it.
    pub by: By,
    /// The invoices that the reason is about; empty: those of the task.
    pub invoice_ids: Vec<InvoiceId>,
    /// The day on which the customer says that it will pay or approve.
    pub expected_on: Option<NaiveDate>,
    /// What the customer promised; its customer is the task's.
    pub promise: Option<NewPromise>,
}

/// One task.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub async fn get<C: ConnectionTrait>(c: &C, tenant: TenantId, id: TaskId) -> Result<TaskRecord, StoreError> {
    rows::task(&tasks::Entity::find_by_id((tenant.0, id.0)).one(c).await?.ok_or(StoreError::NotFound)?)
}

/// Tasks after `after`, newest first or by priority.
///
/// # Errors
/// The database's; [`StoreError::NotFound`] when the task `after` is gone.
pub async fn list<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    filter: &Filter,
    after: Option<Uuid>,
    limit: u64,
) -> Result<Vec<TaskRecord>, StoreError> {
    let mut query = tasks::Entity::find().filter(tasks::Column::TenantId.eq(tenant.0));
    if let Some(customer) = filter.customer_id {
        query = query.filter(tasks::Column::CustomerId.eq(customer.0));
    }
    if !filter.status.is_empty() {
        query = query.filter(tasks::Column::Status.is_in(filter.status.iter().map(String::as_str)));
    }
    let query = match (filter.by_priority, after) {
        (true, Some(after)) => {
            query.filter(less_pressing(&tasks::Entity::find_by_id((tenant.0, after)).one(c).await?.ok_or(StoreError::NotFound)?))
        }
        (false, Some(after)) => query.filter(tasks::Column::Id.lt(after)),
        (_, None) => query,
    };
    let query = if filter.by_priority {
        query.order_by_desc(tasks::Column::Amount).order_by_asc(tasks::Column::DueOn).order_by_asc(tasks::Column::Id)
    } else {
        query.order_by_desc(tasks::Column::Id)
    };
    query.limit(limit).all(c).await?.iter().map(rows::task).collect()
}

/// What follows a task in the order of priority.
fn less_pressing(last: &tasks::Model) -> Condition {
    let same_amount = || Condition::all().add(tasks::Column::Amount.eq(last.amount));
    let same_day = same_amount().add(tasks::Column::DueOn.eq(last.due_on.as_str()));
    Condition::any()
        .add(tasks::Column::Amount.lt(last.amount))
        .add(same_amount().add(tasks::Column::DueOn.gt(last.due_on.as_str())))
        .add(same_day.add(tasks::Column::Id.gt(last.id)))
}

/// Completes a task. A call or a visit is a contact that was tried; a promise is recorded with it.
///
/// # Errors
/// [`StoreError::WrongState`] unless it is open; what [`promises::create`] refuses, below `/promise`.
pub async fn complete(
    tx: &Tx,
    tenant: TenantId,
    id: TaskId,
    done: Completion,
    real_now: DateTime<Utc>,
) -> Result<(TaskRecord, Option<PromiseRecord>), StoreError> {
    let query = tasks::Entity::find_by_id((tenant.0, id.0));
    let query = if tx.get_database_backend() == DbBackend::Postgres { query.lock_exclusive() } else { query };
    let mut row = query.one(tx).await?.ok_or(StoreError::NotFound)?;
    if row.status != "open" {
        return Err(StoreError::WrongState(format!("The task is {}.", row.status)));
    }
    let moment = Moment::at(tx, tenant, real_now).await?;
    let customer = row.customer_id.map(CustomerId);
    if let (Some(channel), Some(customer)) = (contact_channel(&row), customer) {
        let contact = NewInteraction {
            customer_id: customer,
            channel: channel.to_owned(),
            direction: Direction::Outbound,
            at: moment.now,
            by: Some(done.by.clone()),
            outcome: Some(done.outcome.clone()),
            reason_code: done.reason_code.clone(),
            invoice_ids: Vec::new(),
            expected_on: None,
            comment: done.comment.clone(),
            task_id: Some(id),
        };
        interactions::make(tx, tenant, contact, moment).await?;
    }
    if let (Some(PAYEE_DIFFERS), "confirmed", Some(customer)) = (row.about.as_deref(), done.outcome.as_str(), customer) {
        confirm_payee(tx, tenant, customer).await?;
    }
    let mut events = follows(tx, tenant, &row, &done, moment).await?;
    row.status = "completed".to_owned();
    row.outcome = Some(done.outcome);
    row.result = Some(rows::text(
        "tasks",
        &TaskResult { reason_code: done.reason_code, comment: done.comment, summary: done.summary, by: done.by },
    )?);
    row.completed_at = Some(millis(moment.now));
    row.row_version += 1;
    let record = rows::task(&row)?;
    batch::insert::<tasks::Entity, _>(tx, &[row], OnConflict::Replace).await?;
    let changes = Map::from_iter([("status".to_owned(), json!("open"))]);
    let object = EventObject::Task(Box::new(record.clone()));
    events.push(NewEvent { changes, ..NewEvent::new(EventType::TaskCompleted, id.0, object) });
    let mut promised = None;
    if let (Some(promise), Some(customer)) = (done.promise, customer) {
        let (promise, event) = promises::make(tx, tenant, NewPromise { customer_id: customer, ..promise }, moment)
            .await
            .map_err(|error| error.below("/promise"))?;
        promised = Some(promise);
        events.push(event);
    }
    match customer {
        Some(customer) => moment.finish(tx, tenant, customer, events).await?,
        None => moment.tell(tx, tenant, events).await?,
    }
    Ok((record, promised))
}

/// How `about` of a task begins that waits for a person to read a reply: the hold follows.
const REPLY: &str = "reply:";

/// What follows a reason for non-payment, and a reply that was dealt with.
async fn follows(tx: &Tx, tenant: TenantId, row: &tasks::Model, done: &Completion, moment: Moment) -> Result<Vec<NewEvent>, StoreError> {
    let mut events = Vec::new();
    let read = row.about.as_deref().and_then(|about| about.strip_prefix(REPLY)).and_then(|id| id.parse::<HoldId>().ok());
    if let Some(hold) = read {
        events.extend(follow::lift(tx, tenant, hold.0, &done.by.name, moment).await?);
    }
    if let (late_charges::CHARGES_LEFT, "waived", Some(customer)) = (row.kind.as_str(), done.outcome.as_str(), row.customer_id) {
        let reason = done.comment.as_deref().unwrap_or("waived");
        events.extend(late_charges::waive_left(tx, tenant, CustomerId(customer), &done.by, reason, moment.now).await?);
    }
    let reason = done.reason_code.as_deref().and_then(NonPayment::parse);
    if let (Some(reason), Some(customer)) = (reason, row.customer_id) {
        let own: Vec<InvoiceId> = rows::task(row)?.lines.iter().map(|line| line.invoice_id).collect();
        let invoices = if done.invoice_ids.is_empty() { &own } else { &done.invoice_ids };
        let said = Said { reason, invoices, expected_on: done.expected_on, placed_by: &done.by.name };
        events.extend(follow::apply(tx, tenant, CustomerId(customer), &said, moment).await?);
    }
    Ok(events)
}

/// Is this a call?
pub(super) fn is_call(task: &TaskRecord) -> bool {
    task.kind == "phone_call" || task.channel.as_deref() == Some("phone_task")
}

/// The last attempt of a call that found nobody completes its task.
pub(super) async fn exhausted(
    tx: &Tx,
    tenant: TenantId,
    id: TaskId,
    attempts: usize,
    last: &InteractionRecord,
    moment: Moment,
) -> Result<Option<NewEvent>, StoreError> {
    let row = tasks::Entity::find_by_id((tenant.0, id.0)).one(tx).await?;
    let Some(row) = row.filter(|row| row.status == "open") else { return Ok(None) };
    let by = last.by.clone().unwrap_or_else(|| By { name: "relance".to_owned(), email: String::new() });
    let result = TaskResult { reason_code: last.reason_code.clone(), comment: Some(format!("Tried {attempts} times.")), summary: None, by };
    ended(tx, row, last.outcome.clone(), &result, moment).await.map(Some)
}

/// What was to be done was done another way: the customer's open tasks of this kind, about what `about` says, are completed.
#[expect(clippy::too_many_arguments, reason = "which tasks, and how they end")]
pub(super) async fn done_by_itself(
    tx: &Tx,
    tenant: TenantId,
    customer: CustomerId,
    kind: &str,
    about: impl Fn(&str) -> bool,
    by: &By,
    outcome: &str,
    moment: Moment,
) -> Result<Vec<NewEvent>, StoreError> {
    let open = tasks::Entity::find()
        .filter(tasks::Column::TenantId.eq(tenant.0))
        .filter(tasks::Column::CustomerId.eq(customer.0))
        .filter(tasks::Column::Status.eq("open"))
        .filter(tasks::Column::Kind.eq(kind))
        .all(tx)
        .await?;
    let mut events = Vec::new();
    for row in open.into_iter().filter(|row| row.about.as_deref().is_some_and(&about)) {
        let result = TaskResult { reason_code: None, comment: None, summary: None, by: by.clone() };
        events.push(ended(tx, row, Some(outcome.to_owned()), &result, moment).await?);
    }
    Ok(events)
}

/// The task is completed, and the outside is told.
async fn ended(
    tx: &Tx,
    mut row: tasks::Model,
    outcome: Option<String>,
    result: &TaskResult,
    moment: Moment,
) -> Result<NewEvent, StoreError> {
    row.status = "completed".to_owned();
    row.outcome = outcome;
    row.result = Some(rows::text("tasks", result)?);
    row.completed_at = Some(millis(moment.now));
    row.row_version += 1;
    let (id, record) = (row.id, rows::task(&row)?);
    batch::insert::<tasks::Entity, _>(tx, &[row], OnConflict::Replace).await?;
    let changes = Map::from_iter([("status".to_owned(), json!("open"))]);
    Ok(NewEvent { changes, ..NewEvent::new(EventType::TaskCompleted, id, EventObject::Task(Box::new(record))) })
}

/// Something to do that is about no customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TenantTask {
    pub kind: &'static str,
    /// What it is about: no second task is raised while one is open.
    pub about: String,
    pub title: Title,
    pub assign_to: &'static str,
}

/// Raises a task about the tenant itself, unless one is open about the same.
pub(crate) async fn raise_for_tenant(tx: &Tx, tenant: TenantId, new: TenantTask, real_now: DateTime<Utc>) -> Result<(), StoreError> {
    let open = tasks::Entity::find()
        .filter(tasks::Column::TenantId.eq(tenant.0))
        .filter(tasks::Column::Status.eq("open"))
        .filter(tasks::Column::About.eq(new.about.as_str()))
        .one(tx)
        .await?;
    if open.is_some() {
        return Ok(());
    }
    let moment = Moment::at(tx, tenant, real_now).await?;
    let body = TaskBody { lines: Vec::new(), assign_to: vec![new.assign_to.to_owned()], contact_id: None, title_fr: Some(new.title.fr) };
    let row = tasks::Model {
        tenant_id: tenant.0,
        id: Uuid::now_v7(),
        customer_id: None,
        kind: new.kind.to_owned(),
        channel: None,
        step_key: None,
        about: Some(new.about),
        status: "open".to_owned(),
        title: new.title.en,
        due_on: day_text(tenant_day(&tenants::get(tx, tenant).await?, moment.now)),
        amount: 0,
        currency: None,
        body: rows::text("tasks", &body)?,
        outcome: None,
        result: None,
        completed_at: None,
        decision_id: None,
        row_version: 1,
        created_at: millis(moment.now),
    };
    let event = NewEvent::new(EventType::TaskCreated, row.id, EventObject::Task(Box::new(rows::task(&row)?)));
    batch::insert::<tasks::Entity, _>(tx, &[row], OnConflict::Fail).await?;
    moment.tell(tx, tenant, vec![event]).await
}

/// What the task is about that asks whether the account on an invoice is right.
const PAYEE_DIFFERS: &str = "own_error:payee_iban";

/// A person confirmed the accounts printed on the customer's open invoices.
async fn confirm_payee(tx: &Tx, tenant: TenantId, customer: CustomerId) -> Result<(), StoreError> {
    invoices::Entity::update_many()
        .col_expr(invoices::Column::PayeeConfirmed, Expr::value(true))
        .filter(invoices::Column::TenantId.eq(tenant.0))
        .filter(invoices::Column::CustomerId.eq(customer.0))
        .filter(invoices::Column::AmountDue.gt(0))
        .exec(tx)
        .await?;
    Ok(())
}

/// The channel on which completing the task means that somebody was tried.
fn contact_channel(row: &tasks::Model) -> Option<&'static str> {
    match (row.kind.as_str(), row.channel.as_deref()) {
        ("phone_call", _) | (_, Some("phone_task")) => Some("phone"),
        ("visit", _) | (_, Some("visit_task")) => Some("visit"),
        _ => None,
    }
}
