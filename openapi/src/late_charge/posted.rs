//! Charges that were claimed.

use relance_domain::records::{LateChargeBody, LateChargeRecord, Waiver};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::InterestLine;
use crate::{
    person::Person,
    time::{at, day},
};

/// Why a charge is no longer asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WaiverView {
    /// Who; null: the policy, once the principal was paid.
    pub by: Option<Person>,
    /// Why.
    pub reason: String,
    /// When.
    #[schema(format = DateTime)]
    pub at: String,
}

impl From<&Waiver> for WaiverView {
    fn from(waiver: &Waiver) -> Self {
        let Waiver { by, reason, at: when } = waiver;
        Self { by: by.as_ref().map(Into::into), reason: reason.clone(), at: at(*when) }
    }
}

/// A charge that a message really claimed: once per invoice and rule. It stands beside its invoice and never changes it;
/// no VAT (CGI 256).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LateChargeView {
    /// Id; null in a dry run.
    pub id: Option<String>,
    /// Customer.
    pub customer_id: String,
    /// Invoice.
    pub invoice_id: String,
    /// Number of the invoice.
    #[schema(example = "FA-2026-0042")]
    pub number: String,
    /// `interest` or `fixed_compensation`.
    #[schema(example = "fixed_compensation")]
    pub rule: String,
    /// `accrued`, `waived`.
    #[schema(example = "accrued")]
    pub status: String,
    /// How much was claimed.
    #[schema(example = "40.00")]
    pub amount: String,
    /// Its currency.
    #[schema(example = "EUR")]
    pub currency: String,
    /// The law or clause it follows.
    #[schema(example = "fr_b2b_default")]
    pub regime: String,
    /// Articles.
    pub citations: Vec<String>,
    /// Interest line by line.
    pub lines: Vec<InterestLine>,
    /// Reckoned up to and including this day.
    #[schema(format = Date)]
    pub until_on: String,
    /// The rate for want of which it stops there.
    pub missing_rate: Option<String>,
    /// The message that claimed it.
    pub reminder_id: Option<String>,
    /// Why it is no longer asked for.
    pub waiver: Option<WaiverView>,
    /// When it was claimed.
    #[schema(format = DateTime)]
    pub created_at: String,
}

impl From<&LateChargeRecord> for LateChargeView {
    fn from(record: &LateChargeRecord) -> Self {
        let LateChargeRecord { id, customer_id, invoice_id, rule, status, amount, reminder_id, body, row_version: _, created_at } = record;
        let LateChargeBody { number, regime, law, lines, until_on, missing_rate, waiver } = body;
        Self {
            id: Some(id.to_string()),
            customer_id: customer_id.to_string(),
            invoice_id: invoice_id.to_string(),
            number: number.clone(),
            rule: rule.clone(),
            status: status.clone(),
            amount: amount.plain(),
            currency: amount.currency.to_string(),
            regime: regime.clone(),
            citations: law.clone(),
            lines: lines.iter().map(|line| InterestLine::of(line, amount.currency)).collect(),
            until_on: day(*until_on),
            missing_rate: missing_rate.clone(),
            reminder_id: reminder_id.map(|id| id.to_string()),
            waiver: waiver.as_ref().map(Into::into),
            created_at: at(*created_at),
        }
    }
}

/// Why a charge is waived, and by whom.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WaiveInput {
    /// Who decides.
    pub by: Person,
    /// Why.
    #[schema(example = "A gesture to a long-standing customer.")]
    pub reason: String,
}

crate::page!(LateChargeList of LateChargeView, "Charges that were claimed, newest first.");
