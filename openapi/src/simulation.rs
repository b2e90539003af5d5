//! Simulations on the wire: what would come of a policy.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::{ingest::CloudEvent, policy::PolicyInput, reminder::Total};

/// What is to be simulated. Without a policy, the policies in force are, and nothing is compared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SimulationInput {
    /// A policy that need not exist: it is simulated as if it came into force at `from`.
    #[schema(value_type = Option<PolicyInput>)]
    pub policy: Option<Map<String, Value>>,
    /// A policy of the tenant instead.
    pub policy_id: Option<String>,
    /// Its version; without it the newest.
    pub version: Option<i32>,
    /// What it is compared with; without it the policies in force.
    pub compare_with: Option<SimulationOther>,
    /// First day, in the tenant's zone. Before today: the period is told as it was known then. Today or later: from how
    /// everything stands now.
    #[schema(format = Date, example = "2026-10-01")]
    pub from: String,
    /// Last day, at most 400 days after `from`.
    #[schema(format = Date, example = "2026-12-31")]
    pub until: String,
    /// Another ledger than the tenant's own.
    pub ledger: Option<SimulationLedger>,
    /// What the policy does with what is overdue already when it comes into force at `from`: `first_step` (the default),
    /// `by_age` or `skip`, as at an activation.
    pub backlog: Option<String>,
    /// The first looks at the backlog are spread over so many days; not in a past period.
    #[schema(maximum = 60)]
    pub spread_days: Option<u16>,
    /// Running cases of the policy `keep` their version, as at an activation (the default), or `move` to this one, as at a
    /// migration.
    pub running_cases: Option<String>,
    /// Approvals are `given` at once (the default) or `withheld`.
    pub approvals: Option<String>,
    /// Calls are `made` when they are asked for, and nobody answers (the default), or `none` is.
    pub calls: Option<String>,
    /// Messages on a day above which it is a storm; without it three times the median day, and 20 at least.
    pub storm_above: Option<i64>,
}

/// The other policy of a comparison.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SimulationOther {
    /// A policy that need not exist.
    #[schema(value_type = Option<PolicyInput>)]
    pub policy: Option<Map<String, Value>>,
    /// A policy of the tenant instead.
    pub policy_id: Option<String>,
    /// Its version; without it the newest.
    pub version: Option<i32>,
}

/// A ledger told by facts: the bodies of the corresponding PUTs, each with its `external_id`, and events with their
/// `time`. The order does not matter; of what stands several times the highest version counts.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SimulationLedger {
    /// Customers.
    #[schema(value_type = Vec<Object>)]
    pub customers: Vec<Map<String, Value>>,
    /// Invoices.
    #[schema(value_type = Vec<Object>)]
    pub invoices: Vec<Map<String, Value>>,
    /// Credit notes.
    #[schema(value_type = Vec<Object>)]
    pub credit_notes: Vec<Map<String, Value>>,
    /// Payments; a member `reversed_on` says when one was taken back.
    #[schema(value_type = Vec<Object>)]
    pub payments: Vec<Map<String, Value>>,
    /// Everything, or what has no PUT: promises, disputes, opt-outs, insolvencies, as of their `time`.
    #[schema(value_type = Vec<CloudEvent>)]
    pub events: Vec<Map<String, Value>>,
}

/// A policy that was simulated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SimulatedPolicy {
    /// Its id; null: it does not exist yet, or several are in force.
    pub id: Option<String>,
    /// Its version.
    pub version: Option<i32>,
    /// Its name.
    pub name: String,
}

/// What people were taken to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SimulationAssumptions {
    /// `given` or `withheld`.
    pub approvals: String,
    /// `made` or `none`.
    pub calls: String,
    /// What happened to the backlog: `first_step`, `by_age` or `skip`; null: no policy came into force.
    pub backlog: Option<String>,
    /// Days over which the first looks at it were spread.
    pub spread_days: i64,
    /// Running cases: `keep` or `move`.
    pub running_cases: String,
    /// How the ledger was read: `as_it_stands` (dry run), `as_it_was` (backtest) or `given` (in the request).
    pub ledger: String,
}

/// An invoice in a simulation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SimulatedInvoice {
    /// Invoice; null in a ledger of the request.
    pub invoice_id: Option<String>,
    /// Its number.
    #[schema(example = "FA-2026-0042")]
    pub number: String,
    /// The step it stands at.
    #[schema(example = "first")]
    pub step_key: String,
    /// Principal asked for.
    #[schema(example = "1200.00")]
    pub amount_due: String,
    /// Currency.
    #[schema(example = "EUR")]
    pub currency: String,
}

/// A message that would leave, or a task of the ladder that would be raised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SimulatedReminder {
    /// Customer; null in a ledger of the request.
    pub customer_id: Option<String>,
    /// The source's id of the customer, in a ledger of the request.
    pub customer_external_id: Option<String>,
    /// Name of the customer.
    pub customer_name: String,
    /// Most advanced step among its invoices.
    #[schema(example = "first")]
    pub step_key: String,
    /// Channel.
    #[schema(example = "email")]
    pub channel: String,
    /// Channels by which copies leave with it.
    pub copies: Vec<String>,
    /// When.
    #[schema(format = DateTime)]
    pub at: String,
    /// Day in the customer's zone.
    #[schema(format = Date)]
    pub on: String,
    /// Date printed to pay before.
    #[schema(format = Date)]
    pub pay_before_on: Option<String>,
    /// Deadline printed.
    #[schema(format = Date)]
    pub deadline_on: Option<String>,
    /// Its invoices.
    pub invoices: Vec<SimulatedInvoice>,
    /// Sums by currency.
    pub totals: Vec<Total>,
}

/// How much on a channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SimulatedChannel {
    /// Channel.
    #[schema(example = "email")]
    pub channel: String,
    /// Messages or tasks.
    pub count: i64,
}

/// What would leave on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SimulatedDay {
    /// Day in the customers' zones.
    #[schema(format = Date)]
    pub on: String,
    /// Messages.
    pub reminders: i64,
    /// Tasks of the ladder.
    pub tasks: i64,
    /// Both, by channel.
    pub by_channel: Vec<SimulatedChannel>,
    /// More messages than `storm_above`.
    pub storm: bool,
}

/// What would be done at a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SimulatedStep {
    /// Step.
    pub step_key: String,
    /// Channel.
    #[schema(example = "email")]
    pub channel: String,
    /// Messages or tasks.
    pub count: i64,
    /// Invoices in them.
    pub invoices: i64,
}

/// What would be withheld, by reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SimulatedWithholding {
    /// Code of the reason.
    #[schema(example = "promise_open")]
    pub code: String,
    /// The sentence of its first case.
    pub message: String,
    /// Article of law, where there is one.
    pub citation: Option<String>,
    /// How many times it began.
    pub count: i64,
    /// Customers concerned.
    pub customers: i64,
    /// Invoices concerned; 0 where it concerns customers as a whole.
    pub invoices: i64,
    /// Days, added up over invoices (over customers where it concerns them as a whole).
    pub days: i64,
}

/// Fixed compensation that messages would tell of, counted once an invoice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SimulatedCharge {
    /// `fixed_compensation`.
    pub kind: String,
    /// `mention` or `claim`.
    pub mode: String,
    /// Invoices.
    pub invoices: i64,
    /// Sum.
    #[schema(example = "40.00")]
    pub amount: String,
    /// Currency.
    #[schema(example = "EUR")]
    pub currency: String,
}

/// A step of an invoice that is done otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SimulatedDifference {
    /// `earlier`, `later`, `other_channel`, `never` (only under the other policy) or `only_here`.
    #[schema(example = "later")]
    pub kind: String,
    /// Customer; null in a ledger of the request.
    pub customer_id: Option<String>,
    /// The source's id of the customer, in a ledger of the request.
    pub customer_external_id: Option<String>,
    /// Name of the customer.
    pub customer_name: String,
    /// The invoice's row.
    pub invoice: SimulatedInvoice,
    /// Day under the policy.
    #[schema(format = Date)]
    pub on: Option<String>,
    /// Channel under the policy.
    pub channel: Option<String>,
    /// Day under the other one.
    #[schema(format = Date)]
    pub other_on: Option<String>,
    /// Channel under the other one.
    pub other_channel: Option<String>,
    /// Days later; negative: earlier. Null unless both do it.
    pub days: Option<i64>,
}

/// Differences of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SimulatedDifferenceCount {
    /// Kind.
    #[schema(example = "later")]
    pub kind: String,
    /// Steps of invoices.
    pub count: i64,
    /// Customers concerned.
    pub customers: i64,
    /// Invoices concerned.
    pub invoices: i64,
}

/// How many of everything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SimulationTotals {
    /// Customers in the ledger.
    pub customers: i64,
    /// Of those, customers that anything is done for.
    pub customers_chased: i64,
    /// Messages that would leave.
    pub reminders: i64,
    /// Tasks of the ladder that would be raised.
    pub tasks: i64,
    /// Differences.
    pub differences: i64,
    /// Decisions that were made for it.
    pub decisions: i64,
    /// Work that never ended at one instant and was put off by a day: look at the policy when it is not 0.
    pub put_off: i64,
}

/// What would come of it. Lists are cut; `totals` and `left_out` say of how many.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SimulationView {
    /// First day.
    #[schema(format = Date)]
    pub from: String,
    /// Last day.
    #[schema(format = Date)]
    pub until: String,
    /// The policy.
    pub policy: SimulatedPolicy,
    /// What it was compared with; null when the policies in force were simulated.
    pub compared_with: Option<SimulatedPolicy>,
    /// What people were taken to do.
    pub assumptions: SimulationAssumptions,
    /// How many of everything.
    pub totals: SimulationTotals,
    /// Messages, oldest first.
    pub reminders: Vec<SimulatedReminder>,
    /// Tasks of the ladder, oldest first.
    pub tasks: Vec<SimulatedReminder>,
    /// Days on which anything is done.
    pub per_day: Vec<SimulatedDay>,
    /// Steps, the most frequent first.
    pub per_step: Vec<SimulatedStep>,
    /// What is withheld, the longest first.
    pub withheld: Vec<SimulatedWithholding>,
    /// Charges that messages tell of.
    pub charges: Vec<SimulatedCharge>,
    /// More messages than this on a day are a storm.
    pub storm_above: i64,
    /// Stormy days.
    pub storms: Vec<String>,
    /// Differences, the largest amounts first.
    pub differences: Vec<SimulatedDifference>,
    /// Differences by kind.
    pub differences_by_kind: Vec<SimulatedDifferenceCount>,
    /// What the lists above leave out.
    pub left_out: SimulationLeftOut,
}

/// How many entries the lists leave out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SimulationLeftOut {
    /// Of `reminders`.
    pub reminders: i64,
    /// Of `tasks`.
    pub tasks: i64,
    /// Of `differences`.
    pub differences: i64,
}
