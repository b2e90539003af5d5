//! Decisions on the wire: what was decided, and why.

use relance_domain::{
    dunning::{Action, Language, NewTask, PlannedReminder, Reason},
    records::{DecisionBody, DecisionRecord},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::time::at;

/// One reason, with the rule it comes from and the law behind it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReasonView {
    /// Code, from the list of `docs/decisions.md`.
    #[schema(example = "promise_open")]
    pub code: String,
    /// One sentence, in the language that was asked for.
    pub message: String,
    /// The rule.
    #[schema(example = "policy.pacing.min_days_between_messages")]
    pub rule: String,
    /// Article of law, where there is one.
    pub citation: Option<String>,
    /// The invoice concerned, if one.
    pub invoice_id: Option<String>,
    /// For what rests the chase: who or what placed it.
    pub placed_by: Option<String>,
    /// Since when, where that is known.
    #[schema(format = DateTime)]
    pub since_at: Option<String>,
    /// Until when, where that is known.
    #[schema(format = DateTime)]
    pub until_at: Option<String>,
    /// What lifts it, in the language that was asked for.
    pub lifted_by: Option<String>,
    /// The hold, when a person or a source placed one.
    pub hold_id: Option<String>,
}

impl ReasonView {
    /// The reason, told in `language`.
    pub fn told(reason: &Reason, language: Language) -> Self {
        let Reason { code, params: _, rule, citation, invoice_id, held } = reason;
        let held = held.as_deref();
        Self {
            code: code.to_string(),
            message: reason.message(language),
            rule: rule.clone(),
            citation: citation.clone(),
            invoice_id: invoice_id.map(|id| id.to_string()),
            placed_by: held.map(|held| held.placed_by.clone()),
            since_at: held.and_then(|held| held.since).map(at),
            until_at: held.and_then(|held| held.until).map(at),
            lifted_by: held.map(|held| held.lifted_by.sentence(language).to_owned()),
            hold_id: held.and_then(|held| held.hold_id).map(|id| id.to_string()),
        }
    }
}

/// One thing that was done; `action` says which members matter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ActionView {
    /// `plan_reminder`, `create_task`, `waive_step`, `cancel_reminder`, `reschedule_reminder`, `announce_overdue`, `keep_promise`,
    /// `break_promise`, `release_hold`, `open_case`, `close_case`, `say_data_stale`.
    #[schema(example = "plan_reminder")]
    pub action: String,
    /// Step.
    pub step_key: Option<String>,
    /// Channel of a reminder, kind of a task.
    pub kind: Option<String>,
    /// Invoices concerned.
    pub invoice_ids: Vec<String>,
    /// Reminder concerned.
    pub reminder_id: Option<String>,
    /// Promise concerned.
    pub promise_id: Option<String>,
    /// Hold concerned.
    pub hold_id: Option<String>,
    /// When it is to leave.
    #[schema(format = DateTime)]
    pub send_at: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// What a person has to do, in the language that was asked for.
    pub title: Option<String>,
}

impl ActionView {
    /// The action, told in `language`.
    pub fn told(action: &Action, language: Language) -> Self {
        let named = |word: &str| Self { action: word.to_owned(), ..Self::default() };
        match action {
            Action::PlanReminder(plan) => planned(plan),
            Action::CreateTask(task) => created(task, language),
            Action::WaiveStep { invoice_id, step_key, reason, on: _ } => Self {
                step_key: Some(step_key.clone()),
                invoice_ids: vec![invoice_id.to_string()],
                reason: Some(reason.clone()),
                ..named("waive_step")
            },
            Action::CancelReminder { reminder_id, reason } => {
                Self { reminder_id: Some(reminder_id.to_string()), reason: Some(reason.clone()), ..named("cancel_reminder") }
            }
            Action::RescheduleReminder { reminder_id, send_at } => {
                Self { reminder_id: Some(reminder_id.to_string()), send_at: Some(at(*send_at)), ..named("reschedule_reminder") }
            }
            Action::AnnounceOverdue { invoice_id } => Self { invoice_ids: vec![invoice_id.to_string()], ..named("announce_overdue") },
            Action::KeepPromise { promise_id } => Self { promise_id: Some(promise_id.to_string()), ..named("keep_promise") },
            Action::BreakPromise { promise_id } => Self { promise_id: Some(promise_id.to_string()), ..named("break_promise") },
            Action::ReleaseHold { hold_id } => Self { hold_id: Some(hold_id.to_string()), ..named("release_hold") },
            Action::OpenCase => named("open_case"),
            Action::CloseCase { reason } => Self { reason: Some(reason.clone()), ..named("close_case") },
            Action::SayDataStale => named("say_data_stale"),
        }
    }
}

fn planned(plan: &PlannedReminder) -> ActionView {
    ActionView {
        action: "plan_reminder".to_owned(),
        step_key: Some(plan.step_key.clone()),
        kind: Some(plan.channel.as_str().to_owned()),
        invoice_ids: plan.lines.iter().map(|line| line.invoice_id.to_string()).collect(),
        send_at: Some(at(plan.send_at)),
        ..ActionView::default()
    }
}

fn created(task: &NewTask, language: Language) -> ActionView {
    ActionView {
        action: "create_task".to_owned(),
        step_key: task.step_key.clone(),
        kind: Some(task.kind.clone()),
        invoice_ids: task.lines.iter().map(|line| line.invoice_id.to_string()).collect(),
        title: Some(task.title.told(language).to_owned()),
        ..ActionView::default()
    }
}

/// A decision about a customer: to act, to wait, to hold or to stop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DecisionView {
    /// Id.
    pub id: String,
    /// When, by the tenant's clock.
    #[schema(format = DateTime)]
    pub at: String,
    /// Customer.
    pub customer_id: String,
    /// `act`, `wait`, `hold`, `stop`.
    #[schema(example = "act")]
    pub outcome: String,
    /// What was done.
    pub actions: Vec<ActionView>,
    /// Why.
    pub reasons: Vec<ReasonView>,
    /// The facts it was made from, in short.
    #[schema(value_type = Object)]
    pub facts: Value,
    /// Policy consulted.
    pub policy_id: Option<String>,
    /// Its version.
    pub policy_version: Option<i32>,
    /// When it is looked at again.
    #[schema(format = DateTime)]
    pub next_check_at: Option<String>,
    /// What would change it, in the language that was asked for.
    pub would_change: Vec<String>,
}

impl DecisionView {
    /// The decision, told in `language`.
    pub fn told(record: &DecisionRecord, language: Language) -> Self {
        let DecisionRecord { id, at: when, customer_id, outcome, policy, next_check_at, body } = record;
        let DecisionBody { actions, reasons, facts, would_change } = body;
        Self {
            id: id.to_string(),
            at: at(*when),
            customer_id: customer_id.to_string(),
            outcome: outcome.clone(),
            actions: actions.iter().map(|action| ActionView::told(action, language)).collect(),
            reasons: reasons.iter().map(|reason| ReasonView::told(reason, language)).collect(),
            facts: facts.clone(),
            policy_id: policy.map(|(id, _)| id.to_string()),
            policy_version: policy.map(|(_, version)| version),
            next_check_at: next_check_at.map(at),
            would_change: would_change.iter().map(|change| change.sentence(language).to_owned()).collect(),
        }
    }
}

crate::page!(DecisionList of DecisionView, "Decisions, newest first.");
