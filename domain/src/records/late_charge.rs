//! Charges that were claimed, as we know them.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::By;
use crate::{
    charges::Line,
    ids::{ChargeId, CustomerId, InvoiceId, ReminderId},
    money::Money,
};

/// Which rule a charge follows: each claims an invoice once.
pub const INTEREST: &str = "interest";
/// The fixed compensation.
pub const FIXED_COMPENSATION: &str = "fixed_compensation";

/// Why a charge is no longer asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiver {
    /// Who; `None`: the policy, once the principal was paid.
    pub by: Option<By>,
    /// Why.
    pub reason: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// The document column of a charge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LateChargeBody {
    /// Number of the invoice.
    pub number: String,
    /// Regime, e.g. `fr_b2b_default`.
    pub regime: String,
    /// Articles.
    pub law: Vec<String>,
    /// Interest line by line; amounts in the charge's currency.
    pub lines: Vec<Line>,
    /// Reckoned up to and including this day.
    pub until_on: NaiveDate,
    /// The rate for want of which it stops there.
    pub missing_rate: Option<String>,
    /// Why it is no longer asked for.
    pub waiver: Option<Waiver>,
}

/// A charge as we know it. It stands beside its invoice and never changes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LateChargeRecord {
    /// Id.
    pub id: ChargeId,
    /// Customer.
    pub customer_id: CustomerId,
    /// Invoice.
    pub invoice_id: InvoiceId,
    /// [`INTEREST`] or [`FIXED_COMPENSATION`].
    pub rule: String,
    /// `accrued`, `waived`.
    pub status: String,
    /// How much was claimed.
    pub amount: Money,
    /// The message that claimed it.
    pub reminder_id: Option<ReminderId>,
    /// Regime, articles, lines.
    pub body: LateChargeBody,
    /// Row version.
    pub row_version: i64,
    /// When it was claimed.
    pub created_at: DateTime<Utc>,
}
