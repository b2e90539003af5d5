//! Payments and credit notes as we know them.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    ids::{AllocationId, CreditNoteId, CustomerId, InvoiceId, PaymentId},
    invoice::CreditMode,
    money::Money,
};

/// An allocation as we know it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AllocationRecord {
    /// Id.
    pub id: AllocationId,
    /// Invoice.
    pub invoice_id: InvoiceId,
    /// Amount.
    pub amount: Money,
    /// Value day.
    pub on: NaiveDate,
    /// Rule that made it.
    pub rule: String,
}

/// A credit note as we know it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CreditNoteRecord {
    /// Id.
    pub id: CreditNoteId,
    /// Source.
    pub source: String,
    /// The source's id.
    pub external_id: String,
    /// The source's version.
    pub source_version: i64,
    /// Customer.
    pub customer_id: CustomerId,
    /// Number.
    pub number: String,
    /// Day of issue.
    pub issued_on: NaiveDate,
    /// Total, positive.
    pub total: Money,
    /// Not set against an invoice.
    pub unapplied: Money,
    /// From when it counts.
    pub mode: CreditMode,
    /// Invoice it names.
    pub invoice_id: Option<InvoiceId>,
    /// Where it went.
    pub allocations: Vec<AllocationRecord>,
    /// Row version.
    pub row_version: i64,
    /// First seen.
    pub created_at: DateTime<Utc>,
}

/// A payment as we know it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PaymentRecord {
    /// Id.
    pub id: PaymentId,
    /// Source.
    pub source: String,
    /// The source's id.
    pub external_id: String,
    /// The source's version.
    pub source_version: i64,
    /// Customer.
    pub customer_id: CustomerId,
    /// Amount.
    pub amount: Money,
    /// Not set against an invoice.
    pub unapplied: Money,
    /// Value date.
    pub paid_on: NaiveDate,
    /// How.
    pub method: Option<String>,
    /// Remittance text.
    pub reference: Option<String>,
    /// `recorded` or `reversed`.
    pub status: String,
    /// Day it was taken back.
    pub reversed_on: Option<NaiveDate>,
    /// Why.
    pub reversal_reason: Option<String>,
    /// Where it went.
    pub allocations: Vec<AllocationRecord>,
    /// Row version.
    pub row_version: i64,
    /// First seen.
    pub created_at: DateTime<Utc>,
}
