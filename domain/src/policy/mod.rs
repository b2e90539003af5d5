//! The dunning policy: an ordered ladder of steps as versioned data (`contract.md` §4, `presets.md` §2).

mod backlog;
mod document;
mod migration;
mod pause;
mod payer;
mod plan;
mod presets;
mod promise;
mod validate;

use std::sync::Arc;

use chrono::{NaiveTime, Weekday};
use serde::{Deserialize, Serialize};

pub use backlog::{Backlog, spread};
pub use document::{PolicyDocument, PolicyFault, StepDocument};
pub use migration::{Move, moved};
pub use pause::Pause;
pub use payer::PayerCondition;
pub use plan::{PlanRules, Proposed};
pub use presets::{Preset, preset_for, presets};
pub use promise::PromiseRules;

use crate::{
    charges::{DayCount, Imputation, Regime},
    customer::{ContactRole, CustomerKind},
    dunning::ReminderLine,
    ids::PolicyId,
    money::Currency,
};

/// Over which channel a step acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// E-mail.
    Email,
    /// SMS.
    Sms,
    /// Plain letter.
    Letter,
    /// Registered letter.
    RegisteredLetter,
    /// A call to make.
    PhoneTask,
    /// A visit to make.
    VisitTask,
    /// Only an event.
    WebhookOnly,
    /// A person decides.
    ReviewTask,
    /// Handover to an agency or a lawyer.
    Handover,
}

impl Channel {
    /// Every channel.
    pub const ALL: [Self; 9] = [
        Self::Email,
        Self::Sms,
        Self::Letter,
        Self::RegisteredLetter,
        Self::PhoneTask,
        Self::VisitTask,
        Self::WebhookOnly,
        Self::ReviewTask,
        Self::Handover,
    ];

    /// The word used on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
            Self::Letter => "letter",
            Self::RegisteredLetter => "registered_letter",
            Self::PhoneTask => "phone_task",
            Self::VisitTask => "visit_task",
            Self::WebhookOnly => "webhook_only",
            Self::ReviewTask => "review_task",
            Self::Handover => "handover",
        }
    }

    /// Reads the word used on the wire.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.as_str() == word)
    }

    /// Does a message leave over it (as opposed to a task for a person)?
    pub fn is_message(self) -> bool {
        matches!(self, Self::Email | Self::Sms | Self::Letter | Self::RegisteredLetter | Self::WebhookOnly)
    }

    /// Is it done by a person from the task list?
    pub fn is_task(self) -> bool {
        matches!(self, Self::PhoneTask | Self::VisitTask | Self::ReviewTask | Self::Handover)
    }
}

/// Which customers a policy is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppliesTo {
    /// Kinds of customer; empty: any.
    pub customer_kinds: Vec<CustomerKind>,
    /// Segments; empty: any.
    pub segments: Vec<String>,
    /// Below this sum of what is overdue, no message; minor units of the policy's currency.
    pub min_amount_due: i64,
}

/// How often a customer may be written to, over all channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pacing {
    /// Days between two messages.
    pub min_days_between_messages: u16,
    /// At most in 7 days.
    pub max_per_7_days: u16,
    /// At most in 30 days.
    pub max_per_30_days: u16,
}

/// When messages may leave, in the customer's zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// Sending days of the week.
    pub weekdays: Vec<Weekday>,
    /// From this time of day (inclusive).
    pub from: NaiveTime,
    /// Until this time of day (exclusive).
    pub to: NaiveTime,
    /// Never on a public holiday of the customer's region.
    pub skip_public_holidays: bool,
    /// Ranges of a channel that replace `from`–`to`, in order.
    pub by_channel: Vec<(Channel, Vec<(NaiveTime, NaiveTime)>)>,
}

/// A condition on the state of the case; when it does not hold, the step is waived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnlyIf {
    /// A dialled attempt found nobody.
    CallUnanswered,
    /// No e-invoice status says where the invoice stands.
    NoLifecycleStatus,
    /// Nobody at the customer was reached, and nobody answered, since the step before.
    NoReply,
}

/// What a step says of late charges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LateChargesMode {
    /// Nothing.
    None,
    /// Mentioned, not added.
    Mention,
    /// Claimed by the message that leaves.
    Claim,
}

/// One step of the ladder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Its key, unique in the policy.
    pub key: String,
    /// Days from the due date; negative: before it.
    pub offset_days: i32,
    /// Channel.
    pub channel: Channel,
    /// Template of the message.
    pub template: Option<String>,
    /// `courteous`, `factual`, `firm`, `formal`.
    pub tone: Option<String>,
    /// Least undisputed principal at this step; minor units of the policy's currency.
    pub min_amount_due: Option<i64>,
    /// Most undisputed principal at this step.
    pub max_amount_due: Option<i64>,
    /// Condition.
    pub only_if: Option<OnlyIf>,
    /// Only for payers of whom this is true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payer: Option<PayerCondition>,
    /// Only for customers of these kinds; empty: any.
    pub customer_kinds: Vec<CustomerKind>,
    /// Only for customers of these segments; empty: any.
    pub segments: Vec<String>,
    /// Prints a date to pay before: this many days on, moved to a business day.
    pub pay_within_days: Option<u16>,
    /// Business days after the previous step really ended.
    pub after_previous_days: Option<u16>,
    /// Deadline of a notice.
    pub deadline_days: Option<u16>,
    /// Late charges.
    pub late_charges: LateChargesMode,
    /// A person approves before it leaves.
    pub approval_required: bool,
    /// A person must have dialled within this many days before.
    pub requires_call_within_days: Option<u16>,
    /// At most once per customer in this many days.
    pub once_per_days: Option<u16>,
    /// Roles in order of preference (`approver` = may approve payment).
    pub to: Vec<ContactRole>,
    /// Internal copies: `sales_owner`.
    pub cc: Vec<String>,
    /// The same text over a second channel.
    pub also_by: Vec<Channel>,
    /// `invoice`, `statement`, `ics`.
    pub attach: Vec<String>,
    /// Roles a task goes to.
    pub assign_to: Vec<String>,
    /// Business days each of them has.
    pub task_days: Option<u16>,
    /// Sales owner told this many business days before.
    pub notify_owner_days: Option<u16>,
    /// The text offers instalments.
    pub offer_plan: bool,
    /// `propose`: makes a task to place a credit hold.
    pub credit_hold: Option<String>,
}

impl Step {
    /// Is it a formal notice: a deadline runs from it, a person approves it, and nothing follows it
    /// without a person (`presets.md` §1 rule 7)?
    pub fn is_formal_notice(&self) -> bool {
        matches!(self.template.as_deref(), Some("formal_notice" | "formal_notice_consumer" | "public_demand"))
    }

    /// Is the step meant for such a customer at all?
    pub fn is_for(&self, kind: CustomerKind, segment: Option<&str>) -> bool {
        let of_kind = self.customer_kinds.is_empty() || self.customer_kinds.contains(&kind);
        of_kind && (self.segments.is_empty() || segment.is_some_and(|segment| self.segments.iter().any(|word| word == segment)))
    }
}

/// What becomes of charges that were claimed and are left once the principal is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChargesLeft {
    /// They are waived.
    Waive,
    /// A person claims or waives them.
    Task,
}

/// What of late charges changes decisions; the figures are not decided here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChargesRules {
    /// Fixed compensation of 40 EUR per invoice is due (C. com. D441-5).
    pub fixed_compensation: bool,
    /// The rate is the one the creditor confirmed as printed on its invoices (`rate_from: invoice_terms`).
    pub rate_from_invoice_terms: bool,
    /// No fixed compensation is claimed on invoices below this, minor units of the policy's currency.
    pub claim_min_invoice_amount: i64,
    /// Charges left once the principal is paid.
    pub after_principal_paid: ChargesLeft,
    /// Which law or clause sets the rate; `None`: the law's own by kind of customer.
    pub regime: Option<Regime>,
    /// How days become a fraction of a year.
    pub day_count: DayCount,
    /// What a payment pays first in the reckoning of interest.
    pub imputation: Imputation,
}

/// What unapplied cash does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnappliedCash {
    /// Holds the chase while it could cover the ask.
    Hold,
    /// Lowers the ask.
    Lower,
    /// Is left out of account.
    Ignore,
}

/// A validated dunning policy. Built only from a [`PolicyDocument`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Name.
    pub name: String,
    /// For whom.
    pub applies_to: AppliesTo,
    /// Currency of every threshold.
    pub currency: Currency,
    /// No overdue step before delivery + this many days (public bodies: reception).
    pub delivery_grace_days: u16,
    /// Business days left for money to arrive after any date given.
    pub given_date_grace_days: u16,
    /// The first overdue step waits for a payment run of the customer within this many days of the due date.
    pub payment_run_wait_days: u16,
    /// Direct debit neither paid nor returned: task after this many days.
    pub direct_debit_wait_days: Option<u16>,
    /// Payment data older than this, or none: nothing leaves.
    pub data_max_age_hours: Option<u16>,
    /// The same, from the first heartbeat on.
    pub heartbeat_max_age_hours: Option<u16>,
    /// Unapplied cash.
    pub unapplied_cash: UnappliedCash,
    /// Business days that unapplied cash holds; then it lowers the ask.
    pub unapplied_cash_hold_days: Option<u16>,
    /// Business days after which the task about an unread reply is overdue.
    pub reply_hold_days: Option<u16>,
    /// Days after which a balance below `applies_to.min_amount_due` is a person's to look at, once a month.
    pub small_balance_after_days: u16,
    /// An approval not given in this many business days is withdrawn.
    pub approval_expires_days: Option<u16>,
    /// Pacing.
    pub pacing: Pacing,
    /// Window.
    pub window: Window,
    /// Pauses of the year.
    pub pauses: Vec<Pause>,
    /// The ladder, in order of offsets.
    pub steps: Vec<Step>,
    /// Promises.
    pub promise: PromiseRules,
    /// Instalment plans; `None`: a person approves each.
    pub plan: Option<PlanRules>,
    /// Late charges.
    pub charges: ChargesRules,
}

impl Policy {
    /// The step with this key.
    pub fn step(&self, key: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.key == key)
    }

    /// Is the fixed compensation claimed on this row? Not below the policy's minimum.
    pub fn claims_compensation(&self, line: &ReminderLine) -> bool {
        line.currency != self.currency || line.amount_due >= self.charges.claim_min_invoice_amount
    }

    /// Where in the ladder the step with this key stands.
    pub fn position(&self, key: &str) -> Option<usize> {
        self.steps.iter().position(|step| step.key == key)
    }
}

/// A version of a policy in force for somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyVersion {
    /// Id, shared by the versions.
    pub id: PolicyId,
    /// Version, from 1.
    pub version: i32,
    /// What it says, shared by everybody it is in force for.
    pub policy: Arc<Policy>,
}
