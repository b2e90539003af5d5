//! Everything the decision about one customer is made from.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    behaviour::History,
    customer::{Contact, CustomerDetails},
    ids::{ContactId, CustomerId, HoldId, InvoiceId, PromiseId, ReminderId, TaskId},
    invoice::EinvoiceStatus,
    money::{Currency, Money},
    policy::{Channel, PolicyVersion},
    settings::Settings,
};

/// The facts about one customer at one instant, loaded in a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The creditor, shared by all its customers.
    pub settings: Arc<Settings>,
    /// The customer's id.
    pub customer_id: CustomerId,
    /// What its source says.
    pub customer: CustomerDetails,
    /// Its contacts, in the source's order.
    pub contacts: Vec<Contact>,
    /// When the last fact about its debt arrived (tenant's clock).
    pub facts_changed_at: DateTime<Utc>,
    /// The active policy that applies; `None`: nothing was activated for it.
    pub policy: Option<PolicyVersion>,
    /// Invoices that are open, or that a live reminder names.
    pub invoices: Vec<InvoiceFacts>,
    /// Money that matches no invoice.
    pub unapplied: Vec<Unapplied>,
    /// Holds in force or not yet lifted: of the tenant, the customer, its invoices and contacts.
    pub holds: Vec<Hold>,
    /// Promises that are open.
    pub promises: Vec<Promise>,
    /// Reminders that have not left: planned, awaiting approval or approved.
    pub reminders: Vec<LiveReminder>,
    /// Messages sent, contacts made elsewhere and first dials of the last 31 days, and older ones of once-per steps.
    pub contacts_made: Vec<ContactMade>,
    /// Dialled attempts.
    pub calls: Vec<CallAttempt>,
    /// Days on which somebody at the customer was reached or answered.
    pub answers: Vec<NaiveDate>,
    /// Tasks that are open.
    pub open_tasks: Vec<OpenTask>,
    /// Tasks of the last 400 days that are raised once (`about` begins with [`ONCE`]), done or not.
    pub raised_once: Vec<RaisedOnce>,
    /// Charges that really left in the open case and are neither waived nor paid, oldest first.
    pub claims: Vec<ClaimSent>,
    /// Charges on open invoices that were waived or paid: no later message asks for them.
    pub settled_charges: Vec<SettledCharge>,
    /// Payment data: all payments up to then have been pushed (latest over the tenant's sources).
    pub payments_complete_until: Option<DateTime<Utc>>,
    /// The ERP's open items differ from the ledger.
    pub ledger_differs: bool,
    /// An open dunning case exists.
    pub case_open: bool,
    /// How the customer paid; empty where no policy asks.
    pub history: History,
}

/// An invoice as the decision sees it. Amounts in minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceFacts {
    /// Id.
    pub id: InvoiceId,
    /// Number.
    pub number: String,
    /// Day of issue.
    pub issued_on: NaiveDate,
    /// Due date.
    pub due_on: NaiveDate,
    /// Delivered; `None` counts as issued.
    pub delivered_on: Option<NaiveDate>,
    /// Received by a public body.
    pub received_on: Option<NaiveDate>,
    /// Currency.
    pub currency: Currency,
    /// Principal still owed.
    pub amount_due: i64,
    /// Of which disputed.
    pub disputed: i64,
    /// Voided, so nothing is asked.
    pub voided: bool,
    /// Collected by direct debit.
    pub direct_debit: bool,
    /// Sold to a factor.
    pub factored: bool,
    /// Name of the payee, when stated.
    pub payee_name: Option<String>,
    /// Account of the payee, when stated.
    pub payee_iban: Option<String>,
    /// Where to pay on-line.
    pub payment_url: Option<String>,
    /// A person confirmed a payee account that differs from the settings'.
    pub payee_confirmed: bool,
    /// `invoice.overdue` was said.
    pub overdue_announced: bool,
    /// Whether an e-invoice status is known.
    pub lifecycle_status: Option<String>,
    /// What was really done for it, in order.
    pub steps: Vec<StepRecord>,
    /// What else is known about the claim.
    pub evidence: Evidence,
}

/// What is known about a claim beside its amounts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Evidence {
    /// The day the work was done: from then on the time bar runs.
    pub service_done_on: Option<NaiveDate>,
    /// Days on which a new period of limitation began: part payments, and acts that were recorded with their proof.
    pub interrupted_on: Vec<NaiveDate>,
    /// It is for the carriage of goods: time-barred after a year (C. com. L133-6).
    pub carriage: bool,
    /// Since when a part or the whole is disputed.
    pub disputed_since: Option<DateTime<Utc>>,
    /// The last life-cycle status of the e-invoice.
    pub einvoice: Option<EinvoiceStatus>,
}

/// How a step ended for an invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepOutcome {
    /// Its message really left.
    Sent,
    /// Its task was created.
    TaskCreated,
    /// It was waived.
    Waived,
}

impl StepOutcome {
    /// The word used in the database and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::TaskCreated => "task_created",
            Self::Waived => "waived",
        }
    }
}

/// A step that is done for an invoice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepRecord {
    /// Key of the step.
    pub step_key: String,
    /// How it ended.
    pub outcome: StepOutcome,
    /// Local day of the customer on which it was done.
    pub done_on: NaiveDate,
    /// Date given to the debtor by it (pay-before or deadline).
    pub granted_until: Option<NaiveDate>,
    /// Why it was waived.
    pub reason: Option<String>,
}

/// Money that matches no invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unapplied {
    /// How much.
    pub money: Money,
    /// Since which day it is known: the later of its date and the day it was recorded.
    pub since_on: NaiveDate,
}

/// What a hold covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "scope", content = "target")]
pub enum HoldScope {
    /// Everybody.
    Tenant,
    /// One customer.
    Customer(CustomerId),
    /// One invoice.
    Invoice(InvoiceId),
    /// One contact.
    Contact(ContactId),
}

impl HoldScope {
    /// The word used on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tenant => "tenant",
            Self::Customer(_) => "customer",
            Self::Invoice(_) => "invoice",
            Self::Contact(_) => "contact",
        }
    }

    /// The id it names, with its prefix; none for everybody.
    pub fn target(&self) -> Option<String> {
        match self {
            Self::Tenant => None,
            Self::Customer(id) => Some(id.to_string()),
            Self::Invoice(id) => Some(id.to_string()),
            Self::Contact(id) => Some(id.to_string()),
        }
    }
}

/// A hold that has not been lifted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// Id.
    pub id: HoldId,
    /// What it covers.
    pub scope: HoldScope,
    /// Why, e.g. `manual`, `insolvency`.
    pub reason: String,
    /// Last day held; `None`: until somebody lifts it.
    pub until_on: Option<NaiveDate>,
    /// Only invoices issued before this day (insolvency: earlier debts only).
    pub before_on: Option<NaiveDate>,
    /// Insolvency: day of publication, from which the claim has to be declared.
    pub published_on: Option<NaiveDate>,
    /// Who or what placed it.
    pub placed_by: Option<String>,
    /// When.
    pub placed_at: DateTime<Utc>,
}

/// An open promise to pay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promise {
    /// Id.
    pub id: PromiseId,
    /// Invoices it covers; empty: all that were open.
    pub invoices: Vec<InvoiceId>,
    /// Promised amount.
    pub amount: Money,
    /// Promised day.
    pub promised_on: NaiveDate,
    /// Last day before it is broken: `promised_on` + grace.
    pub grace_until_on: NaiveDate,
    /// Payments of its currency dated since it was made, minor units.
    pub received_since: i64,
    /// Day it was made.
    pub made_on: NaiveDate,
    /// By whom.
    pub made_by: Option<String>,
    /// Promises about some of these invoices that were broken or moved before it, in the open case.
    pub ended_before: u16,
}

/// Where a reminder stands before it leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LiveState {
    /// Will leave at `send_at`.
    Planned,
    /// Waits for a person.
    AwaitingApproval,
}

/// A reminder that has not left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveReminder {
    /// Id.
    pub id: ReminderId,
    /// Where it stands.
    pub state: LiveState,
    /// A person approved it.
    pub approved: bool,
    /// Its step.
    pub step_key: String,
    /// Channel.
    pub channel: Channel,
    /// Contact it goes to, when it goes to one.
    pub contact_id: Option<ContactId>,
    /// Its rows, as frozen.
    pub lines: Vec<ReminderLine>,
    /// How many fixed compensations it names.
    pub compensations: u32,
    /// When it was planned.
    pub planned_at: DateTime<Utc>,
    /// When it is to leave.
    pub send_at: DateTime<Utc>,
    /// What it repeats by another channel, if it is a copy.
    pub copy_of: Option<CopyOf>,
}

/// The message that a copy repeats: it has left, and its dates stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CopyOf {
    /// That message.
    pub reminder_id: ReminderId,
    /// Date it printed to pay before.
    pub pay_before_on: Option<NaiveDate>,
    /// Deadline it printed.
    pub deadline_on: Option<NaiveDate>,
}

/// One invoice on a reminder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReminderLine {
    /// Invoice.
    pub invoice_id: InvoiceId,
    /// Number.
    pub number: String,
    /// The step it stands at.
    pub step_key: String,
    /// Principal asked for (undisputed), minor units.
    pub amount_due: i64,
    /// Currency.
    pub currency: Currency,
}

/// A contact that counts in pacing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactMade {
    /// Local day of the customer.
    pub on: NaiveDate,
    /// `email`, `sms`, `letter`, `registered_letter`, `phone`, `visit`, `other`.
    pub channel: String,
    /// Step, when it was one of ours.
    pub step_key: Option<String>,
}

impl ContactMade {
    /// Written messages count for the gap between messages; calls and visits only for the caps.
    pub fn is_message(&self) -> bool {
        matches!(self.channel.as_str(), "email" | "sms" | "letter" | "registered_letter")
    }
}

/// A dialled attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallAttempt {
    /// Local day of the customer.
    pub on: NaiveDate,
    /// Somebody was reached.
    pub reached: bool,
}

/// A task nobody has completed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenTask {
    /// Id.
    pub id: TaskId,
    /// Kind, e.g. `phone_call`, `own_error`.
    pub kind: String,
    /// Step it belongs to.
    pub step_key: Option<String>,
    /// What it is about, for tasks that are raised once per subject.
    pub about: Option<String>,
}

/// How `about` of a task begins that is not raised again once it is done.
pub const ONCE: &str = "once:";

/// A task that is raised once, open or done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RaisedOnce {
    /// What it is about; begins with [`ONCE`].
    pub about: String,
    /// Local day of the customer on which it was raised.
    pub on: NaiveDate,
}

/// A charge that nobody is asked for any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettledCharge {
    /// The invoice it stands beside.
    pub invoice_id: InvoiceId,
    /// `interest` or `fixed_compensation`.
    pub rule: String,
}

/// A charge that a message claimed which really left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimSent {
    /// The message.
    pub reminder_id: ReminderId,
    /// What is claimed besides the principal.
    pub amount: Money,
}
