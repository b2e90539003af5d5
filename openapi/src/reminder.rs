//! Reminders on the wire.

use relance_domain::{
    dunning::{FixedCompensation, LeftOut, ReminderLine},
    money::Money,
    records::{AttemptRecord, ReminderBody, ReminderRecord, Verdict},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    customer::CustomerView,
    person::Person,
    time::{at, day},
};

/// An invoice on a reminder or a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReminderInvoice {
    /// Invoice.
    pub invoice_id: String,
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

impl From<&ReminderLine> for ReminderInvoice {
    fn from(ReminderLine { invoice_id, number, step_key, amount_due, currency }: &ReminderLine) -> Self {
        Self {
            invoice_id: invoice_id.to_string(),
            number: number.clone(),
            step_key: step_key.clone(),
            amount_due: currency.minor(*amount_due).plain(),
            currency: currency.to_string(),
        }
    }
}

/// A sum in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Total {
    /// Currency.
    #[schema(example = "EUR")]
    pub currency: String,
    /// Sum.
    #[schema(example = "1200.00")]
    pub amount: String,
}

impl From<&Money> for Total {
    fn from(money: &Money) -> Self {
        Self { currency: money.currency.to_string(), amount: money.plain() }
    }
}

/// A charge beside the principal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Charge {
    /// `fixed_compensation`.
    pub kind: String,
    /// `mention` or `claim`.
    pub mode: String,
    /// For how many invoices.
    pub count: u32,
    /// Total.
    #[schema(example = "40.00")]
    pub amount: String,
    /// Currency.
    #[schema(example = "EUR")]
    pub currency: String,
}

impl From<&FixedCompensation> for Charge {
    fn from(FixedCompensation { mode, count, amount }: &FixedCompensation) -> Self {
        Self {
            kind: "fixed_compensation".to_owned(),
            mode: mode.clone(),
            count: *count,
            amount: amount.plain(),
            currency: amount.currency.to_string(),
        }
    }
}

/// An overdue invoice that the message leaves out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LeftOutView {
    /// Invoice.
    pub invoice_id: String,
    /// Its number.
    pub number: String,
    /// Why.
    #[schema(example = "disputed")]
    pub reason: String,
}

impl From<&LeftOut> for LeftOutView {
    fn from(LeftOut { invoice_id, number, reason }: &LeftOut) -> Self {
        Self { invoice_id: invoice_id.to_string(), number: number.clone(), reason: reason.clone() }
    }
}

/// What a person said about a reminder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VerdictView {
    /// Who.
    pub by: Person,
    /// Approved, or refused and withdrawn.
    pub approved: bool,
    /// Words.
    pub comment: Option<String>,
    /// When.
    #[schema(format = DateTime)]
    pub at: String,
}

impl From<&Verdict> for VerdictView {
    fn from(Verdict { by, approved, comment, at: when }: &Verdict) -> Self {
        Self { by: by.into(), approved: *approved, comment: comment.clone(), at: at(*when) }
    }
}

/// One try to hand the message to a provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AttemptView {
    /// From 1.
    pub number: i32,
    /// Provider.
    pub provider: String,
    /// The channel whose settings it went by: `email`, `sms`, `letter`, or a fallback's, `email_fallback` or `sms_fallback`.
    pub channel: String,
    /// `calling`, `accepted`, `refused`, `throttled`, `transient`, `unknown`.
    pub outcome: String,
    /// What the provider said.
    pub detail: Option<String>,
    /// Start.
    #[schema(format = DateTime)]
    pub started_at: String,
    /// End.
    #[schema(format = DateTime)]
    pub ended_at: Option<String>,
}

impl From<&AttemptRecord> for AttemptView {
    fn from(AttemptRecord { number, provider, via, outcome, detail, started_at, ended_at }: &AttemptRecord) -> Self {
        Self {
            number: *number,
            provider: provider.clone(),
            channel: via.clone(),
            outcome: outcome.clone(),
            detail: detail.clone(),
            started_at: at(*started_at),
            ended_at: ended_at.map(at),
        }
    }
}

/// One message to one customer over one channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReminderView {
    /// Id; null in a dry run of a resend.
    pub id: Option<String>,
    /// Customer.
    pub customer_id: String,
    /// Case.
    pub case_id: Option<String>,
    /// Contact; null for letters to the house.
    pub contact_id: Option<String>,
    /// Why this contact.
    pub contact_reason: String,
    /// Policy.
    pub policy_id: String,
    /// Its version.
    pub policy_version: i32,
    /// The most advanced step among its invoices.
    #[schema(example = "first")]
    pub step_key: String,
    /// Channel.
    #[schema(example = "email")]
    pub channel: String,
    /// Template.
    pub template: Option<String>,
    /// `planned`, `awaiting_approval`, `sending`, `sent`, `delivered`, `bounced`, `failed`, `cancelled`, `unknown`.
    #[schema(example = "planned")]
    pub status: String,
    /// A person approved it.
    pub approved: bool,
    /// When it is to leave, or was.
    #[schema(format = DateTime)]
    pub scheduled_at: String,
    /// When it was planned.
    #[schema(format = DateTime)]
    pub planned_at: String,
    /// When it left.
    #[schema(format = DateTime)]
    pub sent_at: Option<String>,
    /// The date it asks to pay before.
    #[schema(format = Date)]
    pub pay_before_on: Option<String>,
    /// The deadline it sets.
    #[schema(format = Date)]
    pub deadline_on: Option<String>,
    /// Registered letters: the day of their first presentation; the deadline granted is the later of `deadline_on` and this day
    /// plus the days of the step.
    #[schema(format = Date)]
    pub presented_on: Option<String>,
    /// Letters that a provider posts: how far it has come by what the provider told. `ordered`, `printed`, `posted`, `presented`,
    /// then `delivered`, `returned`, `refused` or `unclaimed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_state: Option<String>,
    /// The message that this one repeats by another channel.
    pub copy_of: Option<String>,
    /// The promise, dispute, case or call (task) that it answers by itself; null for a step of the ladder.
    #[serde(default)]
    pub answers: Option<String>,
    /// The invoices it asks for.
    pub invoices: Vec<ReminderInvoice>,
    /// Overdue invoices it leaves out, and why.
    pub left_out: Vec<LeftOutView>,
    /// Sums of `amount_due` by currency.
    pub totals: Vec<Total>,
    /// Charges beside the principal.
    pub charges: Vec<Charge>,
    /// The decision behind it.
    pub decision_id: Option<String>,
    /// Why it was withdrawn.
    pub cancel_reason: Option<String>,
    /// Our reference, also in the Message-ID.
    pub reference: String,
    /// What persons said about it.
    pub verdicts: Vec<VerdictView>,
    /// Tries to hand it over; empty in lists.
    pub attempts: Vec<AttemptView>,
    /// Created.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// The customer itself; only with `expand=customer`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<Box<CustomerView>>,
}

impl From<&ReminderRecord> for ReminderView {
    fn from(record: &ReminderRecord) -> Self {
        let ReminderRecord {
            id,
            customer_id,
            case_id,
            contact_id,
            policy_id,
            policy_version,
            step_key,
            channel,
            template,
            status,
            approved,
            scheduled_at,
            planned_at,
            sent_at,
            pay_before_on,
            deadline_on,
            presented_on,
            postal,
            copy_of,
            answers,
            body,
            decision_id,
            cancel_reason,
            reference,
            attempts,
            row_version: _,
            created_at,
        } = record;
        let ReminderBody { lines, left_out, totals, fixed_compensation, contact_reason, verdicts, copies: _ } = body;
        Self {
            id: Some(id.to_string()),
            customer_id: customer_id.to_string(),
            case_id: case_id.map(|id| id.to_string()),
            contact_id: contact_id.map(|id| id.to_string()),
            contact_reason: contact_reason.clone(),
            policy_id: policy_id.to_string(),
            policy_version: *policy_version,
            step_key: step_key.clone(),
            channel: channel.clone(),
            template: template.clone(),
            status: status.clone(),
            approved: *approved,
            scheduled_at: at(*scheduled_at),
            planned_at: at(*planned_at),
            sent_at: sent_at.map(at),
            pay_before_on: pay_before_on.map(day),
            deadline_on: deadline_on.map(day),
            presented_on: presented_on.map(day),
            postal_state: postal.clone(),
            copy_of: copy_of.map(|id| id.to_string()),
            answers: answers.clone(),
            invoices: lines.iter().map(Into::into).collect(),
            left_out: left_out.iter().map(Into::into).collect(),
            totals: totals.iter().map(Into::into).collect(),
            charges: fixed_compensation.iter().map(Into::into).collect(),
            decision_id: decision_id.map(|id| id.to_string()),
            cancel_reason: cancel_reason.clone(),
            reference: reference.clone(),
            verdicts: verdicts.iter().map(Into::into).collect(),
            attempts: attempts.iter().map(Into::into).collect(),
            created_at: at(*created_at),
            customer: None,
        }
    }
}

/// A person's yes or no.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VerdictInput {
    /// Who says it.
    pub by: Person,
    /// Words.
    pub comment: Option<String>,
}

/// A person's order about a reminder.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderInput {
    /// Who gives it.
    pub by: Person,
    /// Why.
    pub reason: String,
}

/// The first presentation of a registered letter, as its tracking says it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PresentationInput {
    /// The day.
    #[schema(format = Date, example = "2026-11-25")]
    pub on: String,
}

crate::page!(ReminderList of ReminderView, "Reminders, newest first.");
