//! What people do: tasks, holds, promises, disputes, interactions; and decisions and cases.

use relance_domain::{
    dunning::ReminderLine,
    ids::{CaseId, ContactId, CustomerId, DecisionId, DisputeId, HoldId, InteractionId, InvoiceId, PolicyId, PromiseId, TaskId},
    money::Money,
    records::{By, CaseRecord, DecisionRecord, DisputeRecord, HoldRecord, InteractionRecord, PromiseRecord, TaskRecord},
};
use serde::{Deserialize, Serialize};

use super::{json, money};
use crate::{
    StoreError,
    entity::{cases, decisions, disputes, holds, interactions, promises, tasks},
    time::{day, instant},
};

/// The document column of a task.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::dunning) struct TaskBody {
    pub lines: Vec<ReminderLine>,
    pub assign_to: Vec<String>,
    pub contact_id: Option<ContactId>,
    /// What to do, in French.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title_fr: Option<String>,
}

/// What was said at the completion of a task.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::dunning) struct TaskResult {
    pub reason_code: Option<String>,
    pub comment: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    pub by: By,
}

/// A task.
pub(in crate::dunning) fn task(row: &tasks::Model) -> Result<TaskRecord, StoreError> {
    let body: TaskBody = json("tasks", &row.body)?;
    let result: Option<TaskResult> = row.result.as_deref().map(|text| json("tasks", text)).transpose()?;
    Ok(TaskRecord {
        id: TaskId(row.id),
        customer_id: row.customer_id.map(CustomerId),
        kind: row.kind.clone(),
        step_key: row.step_key.clone(),
        channel: row.channel.clone(),
        about: row.about.clone(),
        status: row.status.clone(),
        title: row.title.clone(),
        title_fr: body.title_fr,
        due_on: day("tasks", &row.due_on)?,
        lines: body.lines,
        assign_to: body.assign_to,
        contact_id: body.contact_id,
        amount: row.currency.as_deref().map(|code| money("tasks", row.amount, code)).transpose()?,
        outcome: row.outcome.clone(),
        reason_code: result.as_ref().and_then(|result| result.reason_code.clone()),
        comment: result.as_ref().and_then(|result| result.comment.clone()),
        summary: result.as_ref().and_then(|result| result.summary.clone()),
        completed_by: result.map(|result| result.by),
        completed_at: row.completed_at.map(instant),
        decision_id: row.decision_id.map(DecisionId),
        row_version: row.row_version,
        created_at: instant(row.created_at),
    })
}

/// A decision.
pub(in crate::dunning) fn decision(row: &decisions::Model) -> Result<DecisionRecord, StoreError> {
    Ok(DecisionRecord {
        id: DecisionId(row.id),
        at: instant(row.at),
        customer_id: CustomerId(row.customer_id),
        outcome: row.outcome.clone(),
        policy: row.policy_id.zip(row.policy_version).map(|(id, version)| (PolicyId(id), version)),
        next_check_at: row.next_check_at.map(instant),
        body: json("decisions", &row.body)?,
    })
}

/// A hold; its target's id gets the prefix of its scope.
pub(in crate::dunning) fn hold(row: &holds::Model) -> Result<HoldRecord, StoreError> {
    let target_id = row.target_id.map(|id| match row.scope.as_str() {
        "customer" => CustomerId(id).to_string(),
        "invoice" => InvoiceId(id).to_string(),
        _ => ContactId(id).to_string(),
    });
    Ok(HoldRecord {
        id: HoldId(row.id),
        scope: row.scope.clone(),
        target_id,
        customer_id: row.customer_id.map(CustomerId),
        reason: row.reason.clone(),
        until_on: row.until_on.as_deref().map(|text| day("holds", text)).transpose()?,
        before_on: row.before_on.as_deref().map(|text| day("holds", text)).transpose()?,
        placed_by: row.placed_by.clone(),
        placed_at: instant(row.created_at),
        released_at: row.released_at.map(instant),
        released_by: row.released_by.clone(),
        row_version: row.row_version,
    })
}

/// A promise.
pub(in crate::dunning) fn promise(row: &promises::Model) -> Result<PromiseRecord, StoreError> {
    Ok(PromiseRecord {
        id: PromiseId(row.id),
        customer_id: CustomerId(row.customer_id),
        invoice_ids: json("promises", &row.invoice_ids)?,
        amount: money("promises", row.amount, &row.currency)?,
        promised_on: day("promises", &row.promised_on)?,
        grace_until_on: day("promises", &row.grace_until_on)?,
        made_on: day("promises", &row.made_on)?,
        method: row.method.clone(),
        made_by: row.made_by.clone(),
        status: row.status.clone(),
        settled_at: row.settled_at.map(instant),
        row_version: row.row_version,
        created_at: instant(row.created_at),
    })
}

/// A dispute; `currency` is its invoice's.
pub(in crate::dunning) fn dispute(row: &disputes::Model, currency: &str) -> Result<DisputeRecord, StoreError> {
    Ok(DisputeRecord {
        id: DisputeId(row.id),
        customer_id: CustomerId(row.customer_id),
        invoice_id: InvoiceId(row.invoice_id),
        amount: row.amount.map(|minor| money("disputes", minor, currency)).transpose()?,
        reason_code: row.reason_code.clone(),
        comment: row.comment.clone(),
        status: row.status.clone(),
        outcome: row.outcome.clone(),
        resolved_at: row.resolved_at.map(instant),
        row_version: row.row_version,
        created_at: instant(row.created_at),
    })
}

/// A case.
pub(in crate::dunning) fn case(row: &cases::Model) -> CaseRecord {
    CaseRecord {
        id: CaseId(row.id),
        customer_id: CustomerId(row.customer_id),
        opened_at: instant(row.opened_at),
        closed_at: row.closed_at.map(instant),
        close_reason: row.close_reason.clone(),
    }
}

/// An interaction.
pub(in crate::dunning) fn interaction(row: &interactions::Model) -> Result<InteractionRecord, StoreError> {
    Ok(InteractionRecord {
        id: InteractionId(row.id),
        customer_id: CustomerId(row.customer_id),
        channel: row.channel.clone(),
        at: instant(row.at),
        by: row.by_whom.as_deref().map(|text| json("interactions", text)).transpose()?,
        outcome: row.outcome.clone(),
        comment: row.comment.clone(),
        direction: row.direction.clone(),
        reason_code: row.reason_code.clone(),
        task_id: row.task_id.map(TaskId),
    })
}

/// The largest of the sums by currency.
pub(in crate::dunning) fn largest(lines: &[ReminderLine]) -> Option<Money> {
    relance_domain::money::totals(lines.iter().map(|line| line.currency.minor(line.amount_due))).into_iter().max_by_key(|sum| sum.minor)
}
