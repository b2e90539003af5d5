//! What was decided, and why.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{
    snapshot::{LiveState, ReminderLine},
    title::Title,
    why::{Change, Language, Params, Why},
};
use crate::{
    ids::{ContactId, CustomerId, DecisionId, HoldId, InvoiceId, PolicyId, PromiseId, ReminderId},
    money::Money,
    policy::Channel,
};

/// The overall outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Something is done now.
    Act,
    /// Something will be done later.
    Wait,
    /// Something would be done, but a hold forbids it.
    Hold,
    /// Nothing is left to do.
    Stop,
}

impl Outcome {
    /// The word used on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Act => "act",
            Self::Wait => "wait",
            Self::Hold => "hold",
            Self::Stop => "stop",
        }
    }
}

/// One reason, with the rule it comes from and the law behind it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// Code from the closed list, e.g. `promise_open`.
    pub code: Why,
    /// What it speaks of.
    pub params: Params,
    /// The rule: `policy.pacing.min_days_between_messages`, `law.fr.…`.
    pub rule: String,
    /// Article, where there is one.
    pub citation: Option<String>,
    /// The invoice concerned, if one.
    pub invoice_id: Option<InvoiceId>,
    /// For what holds: who or what, since when, until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<Box<Held>>,
}

/// Who or what rests the chase, since when and until when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// A person, a source, or the part of the service that noticed.
    pub placed_by: String,
    /// Since when, where that is known.
    pub since: Option<DateTime<Utc>>,
    /// Until when, where that is known.
    pub until: Option<DateTime<Utc>>,
    /// What lifts it.
    pub lifted_by: Change,
    /// The hold, when a person or a source placed one.
    pub hold_id: Option<HoldId>,
}

impl Reason {
    /// A reason, with the article that its code always rests on.
    pub fn new(code: Why, params: Params, rule: &str, invoice_id: Option<InvoiceId>) -> Self {
        Self { code, params, rule: rule.to_owned(), citation: code.article().map(str::to_owned), invoice_id, held: None }
    }

    /// One sentence for people.
    pub fn message(&self, language: Language) -> String {
        self.code.told(&self.params, language)
    }
}

/// A reminder to be planned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedReminder {
    /// Most advanced step among its rows.
    pub step_key: String,
    /// Channel.
    pub channel: Channel,
    /// Template.
    pub template: Option<String>,
    /// To whom; `None` for letters to the house.
    pub contact_id: Option<ContactId>,
    /// Why this contact.
    pub contact_reason: String,
    /// Rows that move a step.
    pub lines: Vec<ReminderLine>,
    /// Overdue invoices that are left out, with the reason code.
    pub left_out: Vec<LeftOut>,
    /// When it may leave.
    pub send_at: DateTime<Utc>,
    /// Planned, or waiting for a person.
    pub state: BirthState,
    /// Date printed to pay before, recomputed at the send.
    pub pay_before_on: Option<NaiveDate>,
    /// Deadline printed, recomputed at the send.
    pub deadline_on: Option<NaiveDate>,
    /// Sums of the rows by currency.
    pub totals: Vec<Money>,
    /// Fixed compensation claimed or mentioned, minor units of EUR, and for how many invoices.
    pub fixed_compensation: Option<FixedCompensation>,
    /// The same text by other channels, the moment it has left.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub copies: Vec<PlannedCopy>,
}

/// A copy of a message by another channel: the same contact, told twice. It counts once in pacing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedCopy {
    /// Channel.
    pub channel: Channel,
    /// To whom; `None` for letters to the house.
    pub contact_id: Option<ContactId>,
    /// Why this contact.
    pub contact_reason: String,
}

/// State a reminder is born in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BirthState {
    /// Leaves by itself.
    Planned,
    /// Waits for a person.
    AwaitingApproval,
}

impl From<BirthState> for LiveState {
    fn from(state: BirthState) -> Self {
        match state {
            BirthState::Planned => Self::Planned,
            BirthState::AwaitingApproval => Self::AwaitingApproval,
        }
    }
}

/// Fixed compensation for recovery costs: 40 EUR per invoice (C. com. D441-5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FixedCompensation {
    /// `mention` or `claim`.
    pub mode: String,
    /// Number of invoices.
    pub count: u32,
    /// Total.
    pub amount: Money,
}

/// An overdue invoice that a message leaves out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// Invoice.
    pub invoice_id: InvoiceId,
    /// Number.
    pub number: String,
    /// Why, e.g. `disputed`, `not_at_step`.
    pub reason: String,
}

/// A task to be raised for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewTask {
    /// `phone_call`, `visit`, `review`, `handover`, `own_error`, `approval_expired`, `unapplied_cash`, `direct_debit`…
    pub kind: String,
    /// Step it belongs to.
    pub step_key: Option<String>,
    /// Invoices at that step.
    pub lines: Vec<ReminderLine>,
    /// What it is about (unique among open tasks of a customer).
    pub about: Option<String>,
    /// One sentence that says what to do.
    pub title: Title,
    /// To be done by.
    pub due_on: NaiveDate,
    /// Roles it goes to.
    pub assign_to: Vec<String>,
    /// Contact to call.
    pub contact_id: Option<ContactId>,
}

/// A change that the decision makes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum Action {
    /// Plan a reminder.
    PlanReminder(Box<PlannedReminder>),
    /// Create a task; with `step_key` its lines are done for that step.
    CreateTask(Box<NewTask>),
    /// A step is waived for an invoice.
    WaiveStep {
        /// Invoice.
        invoice_id: InvoiceId,
        /// Step.
        step_key: String,
        /// Why.
        reason: String,
        /// Local day.
        on: NaiveDate,
    },
    /// A reminder that has not left is withdrawn.
    CancelReminder {
        /// Reminder.
        reminder_id: ReminderId,
        /// Why: `balance_changed`, `held`, `disputed`, `promise_open`, `superseded`, `approval_expired`…
        reason: String,
    },
    /// A planned reminder leaves at another instant.
    RescheduleReminder {
        /// Reminder.
        reminder_id: ReminderId,
        /// New instant.
        send_at: DateTime<Utc>,
    },
    /// Midnight passed after the due date: say so once.
    AnnounceOverdue {
        /// Invoice.
        invoice_id: InvoiceId,
    },
    /// The promised amount came in.
    KeepPromise {
        /// Promise.
        promise_id: PromiseId,
    },
    /// The promised amount did not come in.
    BreakPromise {
        /// Promise.
        promise_id: PromiseId,
    },
    /// A hold ended by itself.
    ReleaseHold {
        /// Hold.
        hold_id: HoldId,
    },
    /// A dunning cycle begins.
    OpenCase,
    /// A dunning cycle ends.
    CloseCase {
        /// `paid`, `settled`…
        reason: String,
    },
    /// Payment data are too old; said once per stale period.
    SayDataStale,
}

/// What `GET /v1/invoices/{id}` answers under `dunning`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct InvoiceDunning {
    /// `idle`, `scheduled`, `held`, `awaiting_approval`, `completed`, `stopped`.
    pub state: String,
    /// Policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_id: Option<PolicyId>,
    /// Its version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_version: Option<i32>,
    /// Last step that was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_step: Option<String>,
    /// Next step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_step: Option<String>,
    /// When; null unless scheduled, or held with a known end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_action_at: Option<DateTime<Utc>>,
    /// Codes of what holds it.
    pub holds: Vec<String>,
    /// The decision by which it came to stand so; set when the decision is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision_id: Option<DecisionId>,
}

/// The decision about one customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Customer.
    pub customer_id: CustomerId,
    /// Now.
    pub at: DateTime<Utc>,
    /// Outcome.
    pub outcome: Outcome,
    /// What is done.
    pub actions: Vec<Action>,
    /// Why.
    pub reasons: Vec<Reason>,
    /// What would change it.
    pub would_change: Vec<Change>,
    /// Policy consulted.
    pub policy: Option<(PolicyId, i32)>,
    /// When to look again; always later than `at`.
    pub next_check_at: Option<DateTime<Utc>>,
    /// How each open invoice stands now.
    pub invoices: Vec<(InvoiceId, InvoiceDunning)>,
}

/// The last look inside the send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LastLook {
    /// It may leave now.
    Go {
        /// Date printed to pay before, computed for today.
        pay_before_on: Option<NaiveDate>,
        /// Deadline printed, computed for today.
        deadline_on: Option<NaiveDate>,
    },
    /// Not now: the window is closed or pacing forbids.
    Later {
        /// When to try again.
        at: DateTime<Utc>,
        /// Why.
        reason: Reason,
    },
    /// It must not leave.
    Cancel {
        /// Code.
        reason: String,
    },
}
