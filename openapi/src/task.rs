//! Tasks on the wire.

use relance_domain::records::TaskRecord;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    customer::CustomerView,
    person::Person,
    promise::PromiseView,
    reminder::ReminderInvoice,
    time::{at, day},
};

/// Something a person has to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TaskView {
    /// Id.
    pub id: String,
    /// Customer; null: it is about the tenant itself.
    pub customer_id: Option<String>,
    /// `phone_call`, `visit`, `review`, `handover`, `own_error`, …
    #[schema(example = "phone_call")]
    pub kind: String,
    /// Step it belongs to.
    pub step_key: Option<String>,
    /// Channel of the step.
    #[schema(example = "phone_task")]
    pub channel: Option<String>,
    /// What it is about, where that is not a step.
    pub about: Option<String>,
    /// `open`, `completed`, `cancelled`.
    #[schema(example = "open")]
    pub status: String,
    /// What to do, in English.
    pub title: String,
    /// What to do, in French; null: it was asked for in one language only.
    #[serde(default)]
    #[schema(example = "Appelez le client : 1 facture(s), 1 200,00 EUR.")]
    pub title_fr: Option<String>,
    /// To be done by.
    #[schema(format = Date)]
    pub due_on: String,
    /// The invoices it is for.
    pub invoices: Vec<ReminderInvoice>,
    /// Roles it goes to, in order.
    pub assign_to: Vec<String>,
    /// Contact to call.
    pub contact_id: Option<String>,
    /// Largest sum at stake.
    #[schema(example = "1200.00")]
    pub amount: Option<String>,
    /// Its currency.
    #[schema(example = "EUR")]
    pub currency: Option<String>,
    /// How it ended.
    pub outcome: Option<String>,
    /// Reason for non-payment.
    pub reason_code: Option<String>,
    /// Words.
    pub comment: Option<String>,
    /// What the customer was told in writing of the call.
    #[serde(default)]
    pub summary: Option<String>,
    /// Who completed it.
    pub completed_by: Option<Person>,
    /// When.
    #[schema(format = DateTime)]
    pub completed_at: Option<String>,
    /// The decision behind it.
    pub decision_id: Option<String>,
    /// Created.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// The customer itself; only with `expand=customer`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<Box<CustomerView>>,
}

impl From<&TaskRecord> for TaskView {
    fn from(record: &TaskRecord) -> Self {
        let TaskRecord {
            id,
            customer_id,
            kind,
            step_key,
            channel,
            about,
            status,
            title,
            title_fr,
            due_on,
            lines,
            assign_to,
            contact_id,
            amount,
            outcome,
            reason_code,
            comment,
            summary,
            completed_by,
            completed_at,
            decision_id,
            row_version: _,
            created_at,
        } = record;
        Self {
            id: id.to_string(),
            customer_id: customer_id.map(|id| id.to_string()),
            kind: kind.clone(),
            step_key: step_key.clone(),
            channel: channel.clone(),
            about: about.clone(),
            status: status.clone(),
            title: title.clone(),
            title_fr: title_fr.clone(),
            due_on: day(*due_on),
            invoices: lines.iter().map(Into::into).collect(),
            assign_to: assign_to.clone(),
            contact_id: contact_id.map(|id| id.to_string()),
            amount: amount.map(|money| money.plain()),
            currency: amount.map(|money| money.currency.to_string()),
            outcome: outcome.clone(),
            reason_code: reason_code.clone(),
            comment: comment.clone(),
            summary: summary.clone(),
            completed_by: completed_by.as_ref().map(Into::into),
            completed_at: completed_at.map(at),
            decision_id: decision_id.map(|id| id.to_string()),
            created_at: at(*created_at),
            customer: None,
        }
    }
}

/// How a task ended.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CompletionInput {
    /// What came of it: `reached`, `no_answer`, `voicemail`, `unreachable`, `wrong_number`, `done`, or a word of your own.
    #[schema(example = "reached")]
    pub outcome: String,
    /// Reason for non-payment: what follows a reason of the list (`docs/reasons.md`) is done, another word is kept.
    #[schema(example = "cash_trouble")]
    pub reason_code: Option<String>,
    /// The invoices that the reason is about; absent: those of the task.
    pub invoice_ids: Option<Vec<String>>,
    /// The day on which the customer says that it will pay or approve.
    #[schema(format = Date, example = "2026-12-15")]
    pub expected_on: Option<String>,
    /// Words.
    pub comment: Option<String>,
    /// Of a call: what was agreed, in words that the customer is sent by `call_summary` where the settings'
    /// `event_templates` ask for it. Nothing of `comment` is ever sent.
    pub summary: Option<String>,
    /// What the customer promised.
    pub promise: Option<PromisedInput>,
    /// Who did it.
    pub by: Person,
}

/// A promise made during a task; its customer is the task's.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PromisedInput {
    /// Invoices it covers; absent: all that are open.
    pub invoice_ids: Option<Vec<String>>,
    /// Promised amount.
    #[schema(example = "1200.00")]
    pub amount: String,
    /// Currency.
    #[schema(example = "EUR")]
    pub currency: String,
    /// Promised day.
    #[schema(format = Date, example = "2026-12-01")]
    pub promised_on: String,
    /// How it will be paid.
    pub method: Option<String>,
    /// Who promised.
    pub made_by: Option<String>,
}

/// A completed task, with the promise that came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CompletedTask {
    /// The task.
    #[serde(flatten)]
    pub task: TaskView,
    /// The promise.
    pub promise: Option<PromiseView>,
}

crate::page!(TaskList of TaskView, "Tasks, newest first or by priority.");
