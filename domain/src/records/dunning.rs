//! What comes of deciding, as we know it.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    dunning::{Action, Change, FixedCompensation, LeftOut, PlannedCopy, Reason, ReminderLine},
    ids::{
        CaseId, ContactId, CustomerId, DecisionId, DisputeId, HoldId, InteractionId, InvoiceId, PolicyId, PromiseId, ReminderId, TaskId,
    },
    money::Money,
};

/// Who did something by hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct By {
    /// Name.
    pub name: String,
    /// E-mail; four eyes are two different e-mails.
    pub email: String,
}

/// An approval or a rejection, kept as evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// Who.
    pub by: By,
    /// Approved or rejected.
    pub approved: bool,
    /// Comment.
    pub comment: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

/// One try to hand a message to a provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptRecord {
    /// From 1.
    pub number: i32,
    /// Provider.
    pub provider: String,
    /// Whose settings: `email`, `sms`, `letter`, or a fallback's.
    pub via: String,
    /// `calling`, `accepted`, `refused`, `throttled`, `transient`, `unknown`.
    pub outcome: String,
    /// What the provider said, without addresses.
    pub detail: Option<String>,
    /// Start.
    pub started_at: DateTime<Utc>,
    /// End.
    pub ended_at: Option<DateTime<Utc>>,
}

/// The document column of a reminder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReminderBody {
    /// Rows that move a step.
    pub lines: Vec<ReminderLine>,
    /// Overdue invoices left out, and why.
    pub left_out: Vec<LeftOut>,
    /// Sums of `lines` by currency.
    pub totals: Vec<Money>,
    /// Fixed compensation mentioned or claimed.
    pub fixed_compensation: Option<FixedCompensation>,
    /// Why this contact.
    pub contact_reason: String,
    /// Approvals and rejections.
    pub verdicts: Vec<Verdict>,
    /// Copies by other channels that follow once it has left.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub copies: Vec<PlannedCopy>,
}

/// A reminder as we know it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReminderRecord {
    /// Id.
    pub id: ReminderId,
    /// Customer.
    pub customer_id: CustomerId,
    /// Case.
    pub case_id: Option<CaseId>,
    /// Contact.
    pub contact_id: Option<ContactId>,
    /// Policy.
    pub policy_id: PolicyId,
    /// Its version.
    pub policy_version: i32,
    /// Most advanced step.
    pub step_key: String,
    /// Channel (wire word).
    pub channel: String,
    /// Template.
    pub template: Option<String>,
    /// `planned`, `awaiting_approval`, `sending`, `sent`, `delivered`, `bounced`, `failed`, `cancelled`, `unknown`.
    pub status: String,
    /// A person approved it.
    pub approved: bool,
    /// When it is to leave, or was.
    pub scheduled_at: DateTime<Utc>,
    /// When it was planned.
    pub planned_at: DateTime<Utc>,
    /// When the provider took it.
    pub sent_at: Option<DateTime<Utc>>,
    /// Date to pay before.
    pub pay_before_on: Option<NaiveDate>,
    /// Deadline.
    pub deadline_on: Option<NaiveDate>,
    /// Registered letters: day of the first presentation.
    pub presented_on: Option<NaiveDate>,
    /// Letters: how far it has come by what the provider told.
    pub postal: Option<String>,
    /// The message that it repeats by another channel.
    pub copy_of: Option<ReminderId>,
    /// The promise, dispute, case or task that it answers by itself; `None` for a step of the ladder.
    #[serde(default)]
    pub answers: Option<String>,
    /// Rows, totals, charges, verdicts.
    pub body: ReminderBody,
    /// Decision behind it.
    pub decision_id: Option<DecisionId>,
    /// Why it was withdrawn.
    pub cancel_reason: Option<String>,
    /// Our reference, also in the Message-ID.
    pub reference: String,
    /// Attempts; only when one reminder is read.
    pub attempts: Vec<AttemptRecord>,
    /// Row version.
    pub row_version: i64,
    /// First seen.
    pub created_at: DateTime<Utc>,
}

/// A task as we know it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskRecord {
    /// Id.
    pub id: TaskId,
    /// Customer; `None`: it is about the tenant itself.
    pub customer_id: Option<CustomerId>,
    /// Kind.
    pub kind: String,
    /// Step.
    pub step_key: Option<String>,
    /// Channel of the step (wire word).
    pub channel: Option<String>,
    /// What it is about.
    pub about: Option<String>,
    /// `open`, `completed`, `cancelled`.
    pub status: String,
    /// What to do.
    pub title: String,
    /// The same in French; `None`: it was asked for in one language only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title_fr: Option<String>,
    /// By when.
    pub due_on: NaiveDate,
    /// Invoices.
    pub lines: Vec<ReminderLine>,
    /// Roles.
    pub assign_to: Vec<String>,
    /// Contact to call.
    pub contact_id: Option<ContactId>,
    /// Largest sum at stake, for the priority.
    pub amount: Option<Money>,
    /// Outcome.
    pub outcome: Option<String>,
    /// Reason for non-payment.
    pub reason_code: Option<String>,
    /// Comment.
    pub comment: Option<String>,
    /// What a call came to, in the words that the customer is sent.
    #[serde(default)]
    pub summary: Option<String>,
    /// Who completed it.
    pub completed_by: Option<By>,
    /// When.
    pub completed_at: Option<DateTime<Utc>>,
    /// Decision behind it.
    pub decision_id: Option<DecisionId>,
    /// Row version.
    pub row_version: i64,
    /// Created.
    pub created_at: DateTime<Utc>,
}

/// The document column of a decision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DecisionBody {
    /// What was done.
    pub actions: Vec<Action>,
    /// Why.
    pub reasons: Vec<Reason>,
    /// The facts it was made from, short.
    pub facts: serde_json::Value,
    /// What would change it.
    pub would_change: Vec<Change>,
}

/// A recorded decision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DecisionRecord {
    /// Id.
    pub id: DecisionId,
    /// When.
    pub at: DateTime<Utc>,
    /// Customer.
    pub customer_id: CustomerId,
    /// `act`, `wait`, `hold`, `stop`.
    pub outcome: String,
    /// Policy.
    pub policy: Option<(PolicyId, i32)>,
    /// Next look.
    pub next_check_at: Option<DateTime<Utc>>,
    /// Actions, reasons, facts.
    pub body: DecisionBody,
}

/// A hold as we know it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HoldRecord {
    /// Id.
    pub id: HoldId,
    /// `tenant`, `customer`, `invoice`, `contact`.
    pub scope: String,
    /// What it covers, as an id with prefix.
    pub target_id: Option<String>,
    /// Customer it touches.
    pub customer_id: Option<CustomerId>,
    /// Why.
    pub reason: String,
    /// Last day held.
    pub until_on: Option<NaiveDate>,
    /// Only invoices issued before this day.
    pub before_on: Option<NaiveDate>,
    /// Who.
    pub placed_by: Option<String>,
    /// When.
    pub placed_at: DateTime<Utc>,
    /// When it was lifted.
    pub released_at: Option<DateTime<Utc>>,
    /// By whom; `expiry` when by itself.
    pub released_by: Option<String>,
    /// Row version.
    pub row_version: i64,
}

/// A promise as we know it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PromiseRecord {
    /// Id.
    pub id: PromiseId,
    /// Customer.
    pub customer_id: CustomerId,
    /// Invoices; empty: all that were open.
    pub invoice_ids: Vec<InvoiceId>,
    /// Promised amount.
    pub amount: Money,
    /// Promised day.
    pub promised_on: NaiveDate,
    /// Last day before it is broken.
    pub grace_until_on: NaiveDate,
    /// Day it was made.
    pub made_on: NaiveDate,
    /// How.
    pub method: Option<String>,
    /// By whom.
    pub made_by: Option<String>,
    /// `open`, `kept`, `broken`, `cancelled`.
    pub status: String,
    /// When it ended.
    pub settled_at: Option<DateTime<Utc>>,
    /// Row version.
    pub row_version: i64,
    /// Created.
    pub created_at: DateTime<Utc>,
}

/// A dispute as we know it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DisputeRecord {
    /// Id.
    pub id: DisputeId,
    /// Customer.
    pub customer_id: CustomerId,
    /// Invoice.
    pub invoice_id: InvoiceId,
    /// Disputed part; `None`: the whole.
    pub amount: Option<Money>,
    /// Reason.
    pub reason_code: String,
    /// Words.
    pub comment: Option<String>,
    /// `open`, `resolved`.
    pub status: String,
    /// Outcome.
    pub outcome: Option<String>,
    /// When it was resolved.
    pub resolved_at: Option<DateTime<Utc>>,
    /// Row version.
    pub row_version: i64,
    /// Created.
    pub created_at: DateTime<Utc>,
}

/// A dunning case as we know it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaseRecord {
    /// Id.
    pub id: CaseId,
    /// Customer.
    pub customer_id: CustomerId,
    /// Opened.
    pub opened_at: DateTime<Utc>,
    /// Closed.
    pub closed_at: Option<DateTime<Utc>>,
    /// Why.
    pub close_reason: Option<String>,
}

/// A contact made elsewhere or a dialled call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InteractionRecord {
    /// Id.
    pub id: InteractionId,
    /// Customer.
    pub customer_id: CustomerId,
    /// `phone`, `visit`, `email`, `sms`, `letter`, `other`.
    pub channel: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub by: Option<By>,
    /// Outcome.
    pub outcome: Option<String>,
    /// Words.
    pub comment: Option<String>,
    /// `outbound`: the customer was contacted; `inbound`: it made itself heard.
    pub direction: String,
    /// Reason for non-payment that was given.
    pub reason_code: Option<String>,
    /// The task of which it is an attempt.
    pub task_id: Option<TaskId>,
}

/// One thing that happened with a customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TimelineEntry {
    /// When.
    pub at: DateTime<Utc>,
    /// What, e.g. `reminder.sent`, `task.completed`, `payment.recorded`.
    pub kind: String,
    /// Type of what it happened to, e.g. `reminder`.
    pub subject_type: String,
    /// Its id, with prefix.
    pub subject_id: String,
    /// Step, title, number or channel: what tells it apart.
    pub label: Option<String>,
    /// Further words: channel, outcome, comment, reason.
    pub detail: Option<String>,
    /// Amount, where there is one.
    pub amount: Option<Money>,
}
