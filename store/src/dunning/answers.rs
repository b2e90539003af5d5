//! Messages that answer what happened: planned in the transaction that tells it, once, where the tenant's settings name
//! a message for it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use relance_domain::{
    dunning::{Occasion, PlannedAnswer, answer},
    event::EventType,
    ids::{CustomerId, InvoiceId, TenantId},
    records::{CaseRecord, EventObject, ReminderBody, TaskRecord, TenantRecord},
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, Statement, Value};
use uuid::Uuid;

use super::{
    reminders::reference,
    rows::{self, body_text},
    snapshot::snapshots,
};
use crate::{
    StoreError,
    batch::{self, OnConflict},
    entity::{cases, late_charges, reminders},
    outbox::NewEvent,
    tenants,
    time::millis,
};

/// Something that happened to a customer.
struct Happened {
    occasion: Occasion,
    customer: CustomerId,
    /// What is answered.
    subject: Uuid,
    about: Vec<InvoiceId>,
    /// The case that ended.
    ended: Option<CaseRecord>,
}

/// Plans what `list` asks to be answered, and adds the events that tell it. Nothing is read unless something of it may
/// be answered.
pub(crate) async fn plan<C: ConnectionTrait>(
    c: &C,
    tenant: TenantId,
    at: DateTime<Utc>,
    list: &mut Vec<NewEvent>,
) -> Result<(), StoreError> {
    let happened: Vec<Happened> = list.iter().filter_map(happened).collect();
    if happened.is_empty() {
        return Ok(());
    }
    let creditor = tenants::get(c, tenant).await?;
    let wanted = chosen(happened, &creditor);
    if wanted.is_empty() {
        return Ok(());
    }
    let customers: Vec<CustomerId> = wanted.iter().map(|one| one.customer).collect::<BTreeSet<_>>().into_iter().collect();
    let snapshots = snapshots(c, tenant, &customers, at).await?;
    let open = open_cases(c, tenant, &customers).await?;
    for one in wanted {
        let Some(snapshot) = snapshots.iter().find(|snapshot| snapshot.customer_id == one.customer) else { continue };
        if is_answered(c, tenant, &one).await? || !deserves(c, tenant, &one).await? {
            continue;
        }
        let Some(planned) = answer(snapshot, one.occasion, &one.about, at) else { continue };
        let case = one.ended.as_ref().map(|case| case.id.0).or_else(|| open.get(&one.customer.0).copied());
        let row = row(&creditor, &one, case, planned, at)?;
        let event = NewEvent::new(EventType::ReminderPlanned, row.id, EventObject::Reminder(Box::new(rows::reminder(&row)?)));
        batch::insert::<reminders::Entity, _>(c, &[row], OnConflict::Fail).await?;
        list.push(event);
    }
    Ok(())
}

fn happened(event: &NewEvent) -> Option<Happened> {
    let occasion = Occasion::of(event.kind)?;
    let (customer, about, ended) = match &event.object {
        EventObject::Promise(promise) => (promise.customer_id, promise.invoice_ids.clone(), None),
        EventObject::Dispute(dispute) => (dispute.customer_id, vec![dispute.invoice_id], None),
        EventObject::Task(task) => (summed_up(task)?, task.lines.iter().map(|line| line.invoice_id).collect(), None),
        EventObject::Case(case) => (case.customer_id, Vec::new(), Some(CaseRecord::clone(case))),
        _ => return None,
    };
    Some(Happened { occasion, customer, subject: event.subject, about, ended })
}

/// A call whose summary was written for the customer.
fn summed_up(task: &TaskRecord) -> Option<CustomerId> {
    task.summary.as_ref()?;
    task.customer_id.filter(|_| super::tasks::is_call(task))
}

/// What the settings answer. A call's summary tells the promise that was made in it.
fn chosen(happened: Vec<Happened>, creditor: &TenantRecord) -> Vec<Happened> {
    let templates = &creditor.settings.event_templates;
    let mut wanted: Vec<Happened> = happened
        .into_iter()
        .filter(|one| templates.get(one.occasion.as_str()).is_some_and(|name| name == one.occasion.template()))
        .collect();
    let called: BTreeSet<CustomerId> =
        wanted.iter().filter(|one| one.occasion == Occasion::CallCompleted).map(|one| one.customer).collect();
    wanted.retain(|one| one.occasion != Occasion::PromiseMade || !called.contains(&one.customer));
    wanted
}

async fn open_cases<C: ConnectionTrait>(c: &C, tenant: TenantId, customers: &[CustomerId]) -> Result<BTreeMap<Uuid, Uuid>, StoreError> {
    let found = cases::Entity::find()
        .filter(cases::Column::TenantId.eq(tenant.0))
        .filter(cases::Column::CustomerId.is_in(customers.iter().map(|id| id.0)))
        .filter(cases::Column::ClosedAt.is_null())
        .all(c)
        .await?;
    Ok(found.into_iter().map(|row| (row.customer_id, row.id)).collect())
}

/// Has the same been answered before? It is told once, so this is only a second lock on the door.
async fn is_answered<C: ConnectionTrait>(c: &C, tenant: TenantId, one: &Happened) -> Result<bool, StoreError> {
    let known = reminders::Entity::find()
        .filter(reminders::Column::TenantId.eq(tenant.0))
        .filter(reminders::Column::CustomerId.eq(one.customer.0))
        .filter(reminders::Column::StepKey.eq(one.occasion.as_str()))
        .filter(reminders::Column::Answers.eq(one.subject));
    Ok(known.count(c).await? > 0)
}

/// Thanks are for those who were asked twice, called or had promised, never beside a charge that is still asked.
async fn deserves<C: ConnectionTrait>(c: &C, tenant: TenantId, one: &Happened) -> Result<bool, StoreError> {
    let Some(case) = &one.ended else { return Ok(true) };
    let charges = late_charges::Entity::find()
        .filter(late_charges::Column::TenantId.eq(tenant.0))
        .filter(late_charges::Column::CustomerId.eq(one.customer.0))
        .filter(late_charges::Column::Status.eq("accrued"));
    if case.close_reason.as_deref() != Some("paid") || charges.count(c).await? > 0 {
        return Ok(false);
    }
    let sql = "SELECT (SELECT COUNT(DISTINCT step_key) FROM reminders WHERE tenant_id = $1 AND customer_id = $2 AND case_id = $3 \
               AND sent_at IS NOT NULL AND answers IS NULL) > 1 \
               OR EXISTS (SELECT 1 FROM promises WHERE tenant_id = $1 AND customer_id = $2 AND created_at >= $4) \
               OR EXISTS (SELECT 1 FROM interactions WHERE tenant_id = $1 AND customer_id = $2 AND channel = 'phone' AND at >= $4)";
    let values: [Value; 4] = [tenant.0.into(), one.customer.0.into(), case.id.0.into(), millis(case.opened_at).into()];
    let row = c.query_one_raw(Statement::from_sql_and_values(c.get_database_backend(), sql, values)).await?;
    row.map_or(Ok(false), |row| Ok(row.try_get_by(0)?))
}

fn row(
    creditor: &TenantRecord,
    one: &Happened,
    case: Option<Uuid>,
    planned: PlannedAnswer,
    at: DateTime<Utc>,
) -> Result<reminders::Model, StoreError> {
    let id = Uuid::now_v7();
    let PlannedAnswer { policy, contact_id, contact_reason, lines, left_out, totals, send_at } = planned;
    let body = ReminderBody { lines, left_out, totals, fixed_compensation: None, contact_reason, verdicts: Vec::new(), copies: Vec::new() };
    Ok(reminders::Model {
        tenant_id: creditor.id.0,
        id,
        customer_id: one.customer.0,
        case_id: case,
        decision_id: None,
        contact_id: Some(contact_id.0),
        policy_id: policy.0.0,
        policy_version: policy.1,
        step_key: one.occasion.as_str().to_owned(),
        channel: "email".to_owned(),
        template: Some(one.occasion.template().to_owned()),
        status: "planned".to_owned(),
        approved: false,
        send_at: Some(millis(send_at)),
        live: creditor.live,
        lease_until: None,
        lease_by: None,
        scheduled_at: millis(send_at),
        planned_at: millis(at),
        sent_at: None,
        pay_before_on: None,
        deadline_on: None,
        presented_on: None,
        copy_of: None,
        answers: Some(one.subject),
        body: body_text(&body)?,
        cancel_reason: None,
        reference: reference(id),
        provider: None,
        via: None,
        provider_id: None,
        attempts: 0,
        unknown_at: None,
        settle_by: None,
        row_version: 1,
        created_at: millis(at),
        postal: None,
    })
}
