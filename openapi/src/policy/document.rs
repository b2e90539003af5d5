//! The shape of a policy for readers of the OpenAPI document. What is read and checked is
//! [`relance_domain::policy::PolicyDocument`], which finds all faults at once; these types only
//! describe it, and a test holds the two together.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A dunning policy as written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PolicyInput {
    /// Name.
    pub name: String,
    /// For whom; absent: for everybody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub applies_to: Option<PolicyAppliesToInput>,
    /// Currency of every threshold; absent: EUR.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// Days after delivery (public bodies: reception) before any overdue step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery_grace_days: Option<u16>,
    /// Business days left for money to arrive after any date given to the debtor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given_date_grace_days: Option<u16>,
    /// The first overdue step waits for a payment run within this many days of the due date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_run_wait_days: Option<u16>,
    /// A direct debit neither paid nor returned makes a task after this many days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direct_debit_wait_days: Option<u16>,
    /// Payment data older than this holds everything; `null`: not asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_max_age_hours: Option<u16>,
    /// The same, from the tenant's first heartbeat on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heartbeat_max_age_hours: Option<u16>,
    /// `hold`, `lower` or `ignore`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unapplied_cash: Option<String>,
    /// Business days of hold before `unapplied_cash` acts as `lower`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unapplied_cash_hold_days: Option<u16>,
    /// Business days before an unread reply's task is overdue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_hold_days: Option<u16>,
    /// What happens to small balances.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub small_balance: Option<PolicySmallBalanceInput>,
    /// Business days before an approval not given is withdrawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approval_expires_days: Option<u16>,
    /// How often a customer may be written to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pacing: Option<PolicyPacingInput>,
    /// When messages may leave.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<PolicyWindowInput>,
    /// Parts of the year when channels rest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pauses: Option<Vec<PolicyPauseInput>>,
    /// The ladder, in order of offsets.
    pub steps: Vec<PolicyStepInput>,
    /// Promises to pay.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub promise: Option<PolicyPromiseInput>,
    /// Instalment plans.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<PolicyPlanInput>,
    /// Late charges.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub late_charges: Option<PolicyLateChargesInput>,
}

/// Which customers a policy is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PolicyAppliesToInput {
    /// Kinds; absent or empty: any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer_kinds: Option<Vec<String>>,
    /// Segments; absent or empty: any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub segments: Option<Vec<String>>,
    /// Least sum overdue, decimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_amount_due: Option<String>,
}

/// Balances below `applies_to.min_amount_due`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PolicySmallBalanceInput {
    /// One monthly task for all of them after this many days.
    pub after_days: u16,
}

/// How often a customer may be written to, over all channels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PolicyPacingInput {
    /// Days between two messages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_days_between_messages: Option<u16>,
    /// At most in 7 days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_per_7_days: Option<u16>,
    /// At most in 30 days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_per_30_days: Option<u16>,
}

/// When messages may leave, in the customer's zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PolicyWindowInput {
    /// `mon` to `sun`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weekdays: Option<Vec<String>>,
    /// `HH:MM`, inclusive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// `HH:MM`, exclusive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Never on a public holiday of the customer's region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skip_public_holidays: Option<bool>,
    /// Ranges of a channel instead of `from`–`to`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BTreeMap<String, Vec<Vec<String>>>>)]
    pub by_channel: Option<BTreeMap<String, Vec<(String, String)>>>,
}

/// A part of every year when some channels rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PolicyPauseInput {
    /// `MM-DD`, first day.
    pub from: String,
    /// `MM-DD`, last day; earlier than `from`: over New Year.
    pub until: String,
    /// Channels that rest.
    pub channels: Vec<String>,
}

/// How a customer has to have paid in the last year for a step to be meant for it: all that is stated must hold. Of a
/// customer of whom no invoice has fallen due yet, nothing was late.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PolicyPayerInput {
    /// At least this many days late on average, weighted by amount, open invoices counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_average_days_late: Option<u16>,
    /// At most this many days late on average.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_average_days_late: Option<u16>,
    /// At least this share of the money was or is late, percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_late_share_percent: Option<u16>,
    /// At most this share of the money was or is late, percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_late_share_percent: Option<u16>,
    /// At least this many promises were broken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_broken_promises: Option<u16>,
    /// One of these signs is seen: `calls_unanswered`, `contacts_suppressed`, `promises_broken`, `getting_worse`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub any_sign_of: Option<Vec<String>>,
}

/// One step of the ladder as written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PolicyStepInput {
    /// Key, unique in the policy: `[a-z0-9_]{1,40}`.
    pub key: String,
    /// Days from the due date; negative: before it.
    pub offset_days: i32,
    /// Channel.
    pub channel: String,
    /// Template.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// `courteous`, `factual`, `firm` or `formal`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tone: Option<String>,
    /// Least undisputed principal, decimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_amount_due: Option<String>,
    /// Most undisputed principal, decimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_amount_due: Option<String>,
    /// `call_unanswered`, `no_lifecycle_status` or `no_reply`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub only_if: Option<String>,
    /// Only for payers of whom all of this is true. Otherwise the step is waived.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payer: Option<PolicyPayerInput>,
    /// Only for customers of these kinds; absent or empty: any. Otherwise the step is waived.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer_kinds: Option<Vec<String>>,
    /// Only for customers of these segments; absent or empty: any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub segments: Option<Vec<String>>,
    /// Calendar days to the printed date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pay_within_days: Option<u16>,
    /// Business days after the previous step really ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after_previous_days: Option<u16>,
    /// Calendar days a notice grants.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deadline_days: Option<u16>,
    /// `none`, `mention` or `claim`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub late_charges: Option<String>,
    /// `required` or `none`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approval: Option<String>,
    /// A person dialled within this many days before posting.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requires_call_within_days: Option<u16>,
    /// At most once per customer in this many days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub once_per_days: Option<u16>,
    /// Sales owner told this many business days before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notify_owner_days: Option<u16>,
    /// Roles at the customer, in order of preference.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Vec<String>>,
    /// Internal copies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cc: Option<Vec<String>>,
    /// The same text over other channels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub also_by: Option<Vec<String>>,
    /// `invoice`, `statement`, `ics`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attach: Option<Vec<String>>,
    /// Who does the task, in order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assign_to: Option<Vec<String>>,
    /// Business days each of them has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task_days: Option<u16>,
    /// The text offers instalments within `plan`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offer_plan: Option<bool>,
    /// `propose`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credit_hold: Option<String>,
}

/// What a promise to pay may be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PolicyPromiseInput {
    /// Furthest day, from the day it is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_days: Option<u16>,
    /// Days after the promised day before it is broken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grace_days: Option<u16>,
    /// How often it may be renewed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_renewals: Option<u16>,
    /// Longest maturity of a draft, days; 0: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_instrument_days: Option<u16>,
    /// Channel of the task that a broken promise makes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_broken: Option<String>,
}

/// What an instalment plan may be before a person must approve it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PolicyPlanInput {
    /// Most instalments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_instalments: Option<u16>,
    /// Longest plan, days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_days: Option<u16>,
    /// Least share of the first instalment, percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_share_percent: Option<u16>,
    /// Business days after an instalment's day before it is missed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grace_days: Option<u16>,
}

/// Late-payment interest and fixed compensation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PolicyLateChargesInput {
    /// Which law or contract sets the rate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub regime: Option<PolicyRegimeInput>,
    /// `invoice_terms`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate_from: Option<String>,
    /// 40 EUR per invoice (C. com. D441-5).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fixed_compensation: Option<bool>,
    /// What a payment pays first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allocation: Option<String>,
    /// `act_365f` or `act_act`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub day_count: Option<String>,
    /// No fixed compensation claimed on invoices below, decimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claim_min_invoice_amount: Option<String>,
    /// `waive` or `task`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after_principal_paid: Option<String>,
}

/// The regime of late-payment interest, as in `law/late_charges.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PolicyRegimeInput {
    /// `fr_b2b_default`, `fr_b2g`, `fr_legal`…
    pub kind: String,
    /// Column of the French legal rate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// Contract rate, percent a year, decimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contract_rate: Option<String>,
    /// `floor` or `default_rate`: when the contract rate is under the legal floor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub below_floor: Option<String>,
    /// `fr_b2b_ecb_plus`: percentage points above the rate of the ECB, decimal; 10 unless stated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub points: Option<String>,
    /// `fr_b2b_ecb_plus`: a clause of 10 points is the statutory default, which has no floor; true unless stated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub treat_as_statutory: Option<bool>,
}
