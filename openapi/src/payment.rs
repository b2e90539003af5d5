//! Payments on the wire.

use relance_domain::records::{AllocationRecord, PaymentRecord};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::time::{at, day};

/// A part of a payment that its source sets against an invoice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AllocationInput {
    /// The source's id of the invoice.
    #[schema(example = "F42")]
    pub invoice_external_id: String,
    /// Decimal amount in the payment's currency.
    #[schema(example = "1200.00")]
    pub amount: String,
}

/// A payment that came in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PaymentInput {
    /// The source's version; absent: 1.
    #[schema(minimum = 1)]
    pub source_version: Option<i64>,
    /// The source's id of the customer who paid.
    #[schema(example = "C42")]
    pub customer_external_id: String,
    /// Decimal amount, more than 0.
    #[schema(example = "1200.00")]
    pub amount: String,
    /// ISO 4217 code.
    #[schema(example = "EUR")]
    pub currency: String,
    /// Value date.
    #[schema(format = Date, example = "2026-10-12")]
    pub paid_on: String,
    /// `transfer`, `card`, `direct_debit`…
    #[schema(example = "transfer")]
    pub method: Option<String>,
    /// Remittance text or reference.
    #[schema(example = "FA-2026-0042")]
    pub reference: Option<String>,
    /// Payer's name.
    pub payer_name: Option<String>,
    /// Payer's account.
    pub payer_iban: Option<String>,
    /// Where it goes; absent: it is matched by reference, then amount.
    pub allocations: Option<Vec<AllocationInput>>,
}

/// A payment was taken back (a bounced debit, a refund).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReversalInput {
    /// Day of the reversal.
    #[schema(format = Date, example = "2026-10-20")]
    pub on: String,
    /// Why, in the source's code.
    #[schema(example = "AM04")]
    pub reason_code: String,
}

/// A part of a payment or credit note set against one invoice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AllocationView {
    /// Id; null in a dry run that would make it.
    #[schema(value_type = Option<String>, example = "alc_01j9z3k5x8q2v7w4n6m1b0c9d8")]
    pub id: String,
    /// Invoice.
    pub invoice_id: String,
    /// Decimal amount.
    pub amount: String,
    /// Value day.
    pub on: String,
    /// Rule that made it: `stated`, `named_invoice`, `reference`, `exact_amount`, `exact_set`.
    pub rule: String,
}

impl From<&AllocationRecord> for AllocationView {
    fn from(record: &AllocationRecord) -> Self {
        let AllocationRecord { id, invoice_id, amount, on, rule } = record;
        Self { id: id.to_string(), invoice_id: invoice_id.to_string(), amount: amount.plain(), on: day(*on), rule: rule.clone() }
    }
}

/// A payment as we know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PaymentView {
    /// Id; null in a dry run that would make it.
    #[schema(example = "pay_01j9z3k5x8q2v7w4n6m1b0c9d8")]
    pub id: Option<String>,
    /// The source that owns it.
    pub source: String,
    /// The source's id.
    pub external_id: String,
    /// The source's version.
    pub source_version: i64,
    /// Who paid.
    pub customer_id: String,
    /// ISO 4217 code of every amount.
    pub currency: String,
    /// Amount.
    #[schema(example = "1200.00")]
    pub amount: String,
    /// Part that is set against no invoice; 0 when it was taken back.
    pub unapplied: String,
    /// Value date.
    pub paid_on: String,
    /// How.
    pub method: Option<String>,
    /// Remittance text.
    pub reference: Option<String>,
    /// `recorded` or `reversed`.
    pub status: String,
    /// Day it was taken back.
    pub reversed_on: Option<String>,
    /// Why.
    pub reversal_reason_code: Option<String>,
    /// Where it went.
    pub allocations: Vec<AllocationView>,
    /// First seen.
    pub created_at: String,
}

impl From<&PaymentRecord> for PaymentView {
    fn from(record: &PaymentRecord) -> Self {
        Self {
            id: Some(record.id.to_string()),
            source: record.source.clone(),
            external_id: record.external_id.clone(),
            source_version: record.source_version,
            customer_id: record.customer_id.to_string(),
            currency: record.amount.currency.code().to_owned(),
            amount: record.amount.plain(),
            unapplied: record.unapplied.plain(),
            paid_on: day(record.paid_on),
            method: record.method.clone(),
            reference: record.reference.clone(),
            status: record.status.clone(),
            reversed_on: record.reversed_on.map(day),
            reversal_reason_code: record.reversal_reason.clone(),
            allocations: record.allocations.iter().map(AllocationView::from).collect(),
            created_at: at(record.created_at),
        }
    }
}

crate::page!(PaymentList of PaymentView, "Payments, newest first.");
