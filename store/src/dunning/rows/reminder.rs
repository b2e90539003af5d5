//! Reminders and their attempts.

use relance_domain::{
    dunning::Occasion,
    ids::{CaseId, ContactId, CustomerId, DecisionId, DisputeId, PolicyId, PromiseId, ReminderId, TaskId},
    records::{AttemptRecord, ReminderBody, ReminderRecord},
};
use uuid::Uuid;

use super::{json, text};
use crate::{
    StoreError,
    entity::{attempts, reminders},
    time::{day, instant},
};

/// A reminder; its attempts are loaded apart.
pub(in crate::dunning) fn reminder(row: &reminders::Model) -> Result<ReminderRecord, StoreError> {
    Ok(ReminderRecord {
        id: ReminderId(row.id),
        customer_id: CustomerId(row.customer_id),
        case_id: row.case_id.map(CaseId),
        contact_id: row.contact_id.map(ContactId),
        policy_id: PolicyId(row.policy_id),
        policy_version: row.policy_version,
        step_key: row.step_key.clone(),
        channel: row.channel.clone(),
        template: row.template.clone(),
        status: row.status.clone(),
        approved: row.approved,
        scheduled_at: instant(row.scheduled_at),
        planned_at: instant(row.planned_at),
        sent_at: row.sent_at.map(instant),
        pay_before_on: row.pay_before_on.as_deref().map(|text| day("reminders", text)).transpose()?,
        deadline_on: row.deadline_on.as_deref().map(|text| day("reminders", text)).transpose()?,
        presented_on: row.presented_on.as_deref().map(|text| day("reminders", text)).transpose()?,
        postal: row.postal.clone(),
        copy_of: row.copy_of.map(ReminderId),
        answers: row.answers.map(|id| answered(&row.step_key, id)),
        body: json("reminders", &row.body)?,
        decision_id: row.decision_id.map(DecisionId),
        cancel_reason: row.cancel_reason.clone(),
        reference: row.reference.clone(),
        attempts: Vec::new(),
        row_version: row.row_version,
        created_at: instant(row.created_at),
    })
}

/// The id of what a message answers, with its prefix.
fn answered(step_key: &str, id: Uuid) -> String {
    match Occasion::parse(step_key) {
        Some(Occasion::CallCompleted) => TaskId(id).to_string(),
        Some(Occasion::PromiseMade | Occasion::PromiseBroken) => PromiseId(id).to_string(),
        Some(Occasion::DisputeOpened) => DisputeId(id).to_string(),
        Some(Occasion::CaseClosed) | None => CaseId(id).to_string(),
    }
}

/// The document column.
pub(in crate::dunning) fn body_text(body: &ReminderBody) -> Result<String, StoreError> {
    text("reminders", body)
}

/// An attempt.
pub(in crate::dunning) fn attempt(row: attempts::Model) -> AttemptRecord {
    AttemptRecord {
        number: row.number,
        provider: row.provider,
        via: row.via,
        outcome: row.outcome,
        detail: row.detail,
        started_at: instant(row.started_at),
        ended_at: row.ended_at.map(instant),
    }
}
