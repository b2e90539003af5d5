//! What each action of a decision does, in the order of the actions.

use chrono::NaiveDate;
use relance_domain::{
    dunning::{Action, BirthState, Decision, InvoiceDunning, NewTask, PlannedReminder, Why},
    event::EventType,
    ids::DecisionId,
    policy::Channel,
    records::{EventObject, ReminderBody},
};
use uuid::Uuid;

use super::{digest::digest, work::Work};
use crate::{
    StoreError,
    dunning::{
        reminders::reference,
        rows::{self, TaskBody, body_text, largest, text},
    },
    entity::{cases, decision_invoices, decisions, invoice_steps, reminders, tasks},
    time::{day_text, millis},
};

/// Adds what `decision` does to `work`.
pub(super) fn apply(work: &mut Work, decision: Decision, facts: &str) -> Result<(), StoreError> {
    let id = Work::decision_id();
    let mut done = Vec::new();
    let mut stale = false;
    for action in &decision.actions {
        if matches!(action, Action::SayDataStale) {
            stale = true;
        } else if act(work, &decision, id, action)? {
            done.push(action.clone());
        }
    }
    let said = digest(&decision, &done)?;
    let last = work.before.customers.get(&decision.customer_id.0).and_then(|row| row.last_decision.as_deref());
    let is_new = !done.is_empty() || last != Some(said.as_str());
    if stale && is_new && !work.before.stale_said {
        // said once per stale period, not once per customer
        work.before.stale_said = true;
        let tenant = work.tenant.clone();
        work.tell(EventType::DataStale, tenant.id.0, EventObject::Tenant(Box::new(tenant)));
        done.push(Action::SayDataStale);
    }
    stand(work, &decision, is_new.then_some(id))?;
    take_over(work, &decision);
    work.looks.push((decision.customer_id.0, decision.next_check_at.map(millis), is_new.then_some(said)));
    if is_new { keep(work, decision, id, done, facts) } else { Ok(()) }
}

/// The case runs under the version that decided, until it is migrated or another policy takes it over.
fn take_over(work: &mut Work, decision: &Decision) {
    let Some((policy, version)) = decision.policy.map(|(id, version)| (id.0, version)) else { return };
    let Some(case) = work.before.cases.get_mut(&decision.customer_id.0) else { return };
    if (case.policy_id, case.policy_version) != (Some(policy), Some(version)) {
        (case.policy_id, case.policy_version) = (Some(policy), Some(version));
        work.taken_over.insert(case.id, (policy, version));
    }
}

/// Keeps the decision, with links to its invoices.
fn keep(work: &mut Work, decision: Decision, id: DecisionId, actions: Vec<Action>, facts: &str) -> Result<(), StoreError> {
    let tenant_id = work.tenant.id.0;
    let links =
        decision.invoices.iter().map(|(invoice, _)| decision_invoices::Model { tenant_id, invoice_id: invoice.0, decision_id: id.0 });
    work.decision_invoices.extend(links);
    // a `DecisionBody`; its facts are JSON already
    let body = format!(
        r#"{{"actions":{},"reasons":{},"facts":{facts},"would_change":{}}}"#,
        text("decisions", &actions)?,
        text("decisions", &decision.reasons)?,
        text("decisions", &decision.would_change)?,
    );
    work.decisions.push(decisions::Model {
        tenant_id,
        id: id.0,
        customer_id: decision.customer_id.0,
        at: millis(decision.at),
        outcome: decision.outcome.as_str().to_owned(),
        policy_id: decision.policy.map(|(policy, _)| policy.0),
        policy_version: decision.policy.map(|(_, version)| version),
        next_check_at: decision.next_check_at.map(millis),
        body,
    });
    Ok(())
}

/// Does one action; false when the rows say that it is done or no longer to be done.
fn act(work: &mut Work, decision: &Decision, id: DecisionId, action: &Action) -> Result<bool, StoreError> {
    match action {
        Action::PlanReminder(plan) => plan_reminder(work, decision, id, plan),
        Action::CreateTask(task) => create_task(work, decision, id, task),
        Action::WaiveStep { invoice_id, step_key, reason, on } => {
            let free = work.is_free(invoice_id.0, step_key);
            if free {
                let row = step(work, decision, invoice_id.0, step_key, "waived", *on);
                work.take(invoice_steps::Model { reason: Some(reason.clone()), ..row });
            }
            Ok(free)
        }
        Action::CancelReminder { reminder_id, reason } => cancel(work, reminder_id.0, reason),
        Action::RescheduleReminder { reminder_id, send_at } => {
            let planned = work.before.reminders.get(&reminder_id.0).is_some_and(|row| row.status == "planned");
            if planned {
                work.rescheduled.insert(reminder_id.0, millis(*send_at));
            }
            Ok(planned)
        }
        Action::AnnounceOverdue { invoice_id } => announce(work, invoice_id.0, decision),
        Action::KeepPromise { promise_id } => settle(work, promise_id.0, "kept", EventType::PromiseKept),
        Action::BreakPromise { promise_id } => settle(work, promise_id.0, "broken", EventType::PromiseBroken),
        Action::ReleaseHold { hold_id } => release(work, hold_id.0),
        Action::OpenCase => Ok(open_case(work, decision)),
        Action::CloseCase { reason } => Ok(close_case(work, decision, reason)),
        Action::SayDataStale => Ok(false),
    }
}

fn plan_reminder(work: &mut Work, decision: &Decision, decision_id: DecisionId, plan: &PlannedReminder) -> Result<bool, StoreError> {
    let Some((policy_id, policy_version)) = decision.policy else { return Ok(false) };
    if plan.lines.is_empty() || !plan.lines.iter().all(|line| work.may_carry(line.invoice_id.0, &line.step_key)) {
        tracing::warn!(customer = %decision.customer_id, step = %plan.step_key, "a step that is planned or done was decided again");
        return Ok(false);
    }
    let id = Uuid::now_v7();
    let waits = plan.state == BirthState::AwaitingApproval;
    let body = ReminderBody {
        lines: plan.lines.clone(),
        left_out: plan.left_out.clone(),
        totals: plan.totals.clone(),
        fixed_compensation: plan.fixed_compensation.clone(),
        contact_reason: plan.contact_reason.clone(),
        verdicts: Vec::new(),
        copies: plan.copies.clone(),
    };
    let row = reminders::Model {
        tenant_id: work.tenant.id.0,
        id,
        customer_id: decision.customer_id.0,
        case_id: work.before.cases.get(&decision.customer_id.0).map(|case| case.id),
        decision_id: Some(decision_id.0),
        contact_id: plan.contact_id.map(|contact| contact.0),
        policy_id: policy_id.0,
        policy_version,
        step_key: plan.step_key.clone(),
        channel: plan.channel.as_str().to_owned(),
        template: plan.template.clone(),
        status: if waits { "awaiting_approval" } else { "planned" }.to_owned(),
        approved: false,
        send_at: (!waits).then(|| millis(plan.send_at)),
        live: work.tenant.live,
        lease_until: None,
        lease_by: None,
        scheduled_at: millis(plan.send_at),
        planned_at: millis(work.now),
        sent_at: None,
        pay_before_on: plan.pay_before_on.map(day_text),
        deadline_on: plan.deadline_on.map(day_text),
        presented_on: None,
        postal: None,
        copy_of: None,
        answers: None,
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
        created_at: millis(work.now),
    };
    for line in &plan.lines {
        let taken = step(work, decision, line.invoice_id.0, &line.step_key, "planned", plan.send_at.date_naive());
        work.take(invoice_steps::Model { reminder_id: Some(id), ..taken });
    }
    let kind = if waits { EventType::ReminderApprovalRequested } else { EventType::ReminderPlanned };
    work.tell(kind, id, EventObject::Reminder(Box::new(rows::reminder(&row)?)));
    work.reminders.push(row);
    Ok(true)
}

fn step(work: &Work, decision: &Decision, invoice: Uuid, step_key: &str, outcome: &str, on: NaiveDate) -> invoice_steps::Model {
    invoice_steps::Model {
        tenant_id: work.tenant.id.0,
        invoice_id: invoice,
        step_key: step_key.to_owned(),
        customer_id: decision.customer_id.0,
        outcome: outcome.to_owned(),
        reminder_id: None,
        task_id: None,
        done_on: day_text(on),
        granted_until: None,
        reason: None,
        at: millis(work.now),
        position: 0,
    }
}

fn create_task(work: &mut Work, decision: &Decision, decision_id: DecisionId, task: &NewTask) -> Result<bool, StoreError> {
    let mut lines = task.lines.clone();
    if task.step_key.is_some() {
        lines.retain(|line| work.is_free(line.invoice_id.0, &line.step_key));
        if lines.is_empty() {
            return Ok(false);
        }
    }
    let id = Uuid::now_v7();
    let amount = largest(&lines);
    let body = TaskBody {
        lines: lines.clone(),
        assign_to: task.assign_to.clone(),
        contact_id: task.contact_id,
        title_fr: Some(task.title.fr.clone()),
    };
    let row = tasks::Model {
        tenant_id: work.tenant.id.0,
        id,
        customer_id: Some(decision.customer_id.0),
        kind: task.kind.clone(),
        channel: channel_of(&task.kind).map(|channel| channel.as_str().to_owned()),
        step_key: task.step_key.clone(),
        about: task.about.clone(),
        status: "open".to_owned(),
        title: task.title.en.clone(),
        due_on: day_text(task.due_on),
        amount: amount.map_or(0, |sum| sum.minor),
        currency: amount.map(|sum| sum.currency.code().to_owned()),
        body: text("tasks", &body)?,
        outcome: None,
        result: None,
        completed_at: None,
        decision_id: Some(decision_id.0),
        row_version: 1,
        created_at: millis(work.now),
    };
    if task.step_key.is_some() {
        let on = work.customer_day(decision.customer_id.0)?;
        for line in &lines {
            let taken = step(work, decision, line.invoice_id.0, &line.step_key, "task_created", on);
            work.take(invoice_steps::Model { task_id: Some(id), ..taken });
        }
    }
    work.tell(EventType::TaskCreated, id, EventObject::Task(Box::new(rows::task(&row)?)));
    work.tasks.push(row);
    Ok(true)
}

fn channel_of(kind: &str) -> Option<Channel> {
    match kind {
        "phone_call" => Some(Channel::PhoneTask),
        "visit" => Some(Channel::VisitTask),
        "review" => Some(Channel::ReviewTask),
        "handover" => Some(Channel::Handover),
        _ => None,
    }
}

fn cancel(work: &mut Work, id: Uuid, reason: &str) -> Result<bool, StoreError> {
    let Some(mut row) = work.before.reminders.remove(&id) else { return Ok(false) };
    work.rescheduled.remove(&id);
    work.cancelled.insert(id, reason.to_owned());
    row.status = "cancelled".to_owned();
    row.cancel_reason = Some(reason.to_owned());
    row.send_at = None;
    row.row_version += 1;
    work.tell(EventType::ReminderCancelled, id, EventObject::Reminder(Box::new(rows::reminder(&row)?)));
    Ok(true)
}

fn announce(work: &mut Work, id: Uuid, decision: &Decision) -> Result<bool, StoreError> {
    let today = work.today;
    let Some(row) = work.before.invoices.get_mut(&id).filter(|row| !row.overdue_announced) else { return Ok(false) };
    row.overdue_announced = true;
    let stands = decision.invoices.iter().find(|(invoice, _)| invoice.0 == id).map(|(_, dunning)| dunning);
    if let Some(dunning) = stands {
        row.dunning = Some(text("invoices", dunning)?);
    }
    row.row_version += 1;
    let record = row.record(today, stands)?;
    work.changed_invoices.push(id);
    work.tell(EventType::InvoiceOverdue, id, EventObject::Invoice(Box::new(record)));
    Ok(true)
}

fn settle(work: &mut Work, id: Uuid, status: &'static str, kind: EventType) -> Result<bool, StoreError> {
    let Some(mut row) = work.before.promises.remove(&id) else { return Ok(false) };
    row.status = status.to_owned();
    row.settled_at = Some(millis(work.now));
    row.row_version += 1;
    work.settled.insert(id, status);
    work.tell(kind, id, EventObject::Promise(Box::new(rows::promise(&row)?)));
    Ok(true)
}

fn release(work: &mut Work, id: Uuid) -> Result<bool, StoreError> {
    let Some(mut row) = work.before.holds.remove(&id) else { return Ok(false) };
    row.released_at = Some(millis(work.now));
    row.released_by = Some("expiry".to_owned());
    row.row_version += 1;
    work.released.push(id);
    work.tell(EventType::HoldReleased, id, EventObject::Hold(Box::new(rows::hold(&row)?)));
    Ok(true)
}

fn open_case(work: &mut Work, decision: &Decision) -> bool {
    if work.before.cases.contains_key(&decision.customer_id.0) {
        return false;
    }
    let row = cases::Model {
        tenant_id: work.tenant.id.0,
        id: Uuid::now_v7(),
        customer_id: decision.customer_id.0,
        opened_at: millis(work.now),
        closed_at: None,
        close_reason: None,
        policy_id: decision.policy.map(|(id, _)| id.0),
        policy_version: decision.policy.map(|(_, version)| version),
    };
    work.tell(EventType::CaseOpened, row.id, EventObject::Case(Box::new(rows::case(&row))));
    work.before.cases.insert(row.customer_id, row.clone());
    work.cases.push(row);
    true
}

fn close_case(work: &mut Work, decision: &Decision, reason: &str) -> bool {
    let Some(mut row) = work.before.cases.remove(&decision.customer_id.0) else { return false };
    row.closed_at = Some(millis(work.now));
    row.close_reason = Some(reason.to_owned());
    work.closed.insert(row.id, reason.to_owned());
    if decision.reasons.iter().any(|reason| reason.code == Why::ChargesWaived) {
        work.lapsed.push(decision.customer_id);
    }
    work.tell(EventType::CaseClosed, row.id, EventObject::Case(Box::new(rows::case(&row))));
    true
}

/// Where each invoice stands now; those that were settled since the last look stand still.
fn stand(work: &mut Work, decision: &Decision, kept: Option<DecisionId>) -> Result<(), StoreError> {
    for (id, dunning) in &decision.invoices {
        set_dunning(work, id.0, dunning, kept)?;
    }
    let named = |id: Uuid| decision.invoices.iter().any(|(invoice, _)| invoice.0 == id);
    let settled: Vec<Uuid> = work
        .before
        .invoices
        .values()
        .filter(|row| row.customer_id == decision.customer_id.0 && row.amount_due <= 0 && row.dunning.is_some() && !named(row.id))
        .map(|row| row.id)
        .collect();
    for id in settled {
        let Some(before) = work.before.invoices.get(&id).and_then(|row| row.dunning.as_deref()) else { continue };
        let before: InvoiceDunning = rows::json("invoices", before)?;
        let stopped = InvoiceDunning { state: "stopped".to_owned(), next_step: None, next_action_at: None, holds: Vec::new(), ..before };
        set_dunning(work, id, &stopped, kept)?;
    }
    Ok(())
}

/// Says how the invoice stands, and by which decision it came to stand so: an idle look changes neither.
fn set_dunning(work: &mut Work, id: Uuid, dunning: &InvoiceDunning, kept: Option<DecisionId>) -> Result<(), StoreError> {
    let Some(row) = work.before.invoices.get_mut(&id) else { return Ok(()) };
    let before: Option<InvoiceDunning> = row.dunning.as_deref().map(|text| rows::json("invoices", text)).transpose()?;
    let by = before.as_ref().and_then(|before| before.decision_id);
    let same = InvoiceDunning { decision_id: by, ..dunning.clone() };
    if before.as_ref() != Some(&same) {
        row.dunning = Some(text("invoices", &InvoiceDunning { decision_id: kept.or(by), ..same })?);
        work.changed_invoices.push(id);
    }
    Ok(())
}
