//! Credit notes on the wire.

use relance_domain::{invoice::CreditMode, records::CreditNoteRecord};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    payment::AllocationView,
    time::{at, day},
};

/// From when a credit note counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CreditModeInput {
    /// As if the credited part had never been owed.
    AbInitio,
    /// From its issue date.
    FromDate,
}

impl From<CreditModeInput> for CreditMode {
    fn from(mode: CreditModeInput) -> Self {
        match mode {
            CreditModeInput::AbInitio => Self::AbInitio,
            CreditModeInput::FromDate => Self::FromDate,
        }
    }
}

/// A snapshot of a credit note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreditNoteInput {
    /// The source's version: the newest wins.
    #[schema(minimum = 1, example = 1)]
    pub source_version: i64,
    /// Number printed on it.
    #[schema(example = "AV-2026-0007")]
    pub number: String,
    /// The source's id of the customer.
    #[schema(example = "C42")]
    pub customer_external_id: String,
    /// Day of issue.
    #[schema(format = Date, example = "2026-09-15")]
    pub issued_on: String,
    /// ISO 4217 code.
    #[schema(example = "EUR")]
    pub currency: String,
    /// Total with taxes, a positive decimal.
    #[schema(example = "120.00")]
    pub total: String,
    /// From when it counts; absent: `from_date`.
    pub mode: Option<CreditModeInput>,
    /// The source's id of the invoice it credits.
    pub invoice_external_id: Option<String>,
}

/// A credit note as we know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CreditNoteView {
    /// Id; null in a dry run that would make it.
    #[schema(example = "crn_01j9z3k5x8q2v7w4n6m1b0c9d8")]
    pub id: Option<String>,
    /// The source that owns it.
    pub source: String,
    /// The source's id.
    pub external_id: String,
    /// The source's version.
    pub source_version: i64,
    /// Whose account it credits.
    pub customer_id: String,
    /// Number printed on it.
    pub number: String,
    /// Day of issue.
    pub issued_on: String,
    /// ISO 4217 code of every amount.
    pub currency: String,
    /// Positive total.
    pub total: String,
    /// Part that is set against no invoice.
    pub unapplied: String,
    /// `ab_initio` or `from_date`.
    pub mode: String,
    /// The invoice it names.
    pub invoice_id: Option<String>,
    /// Where it went.
    pub allocations: Vec<AllocationView>,
    /// First seen.
    pub created_at: String,
}

impl From<&CreditNoteRecord> for CreditNoteView {
    fn from(record: &CreditNoteRecord) -> Self {
        Self {
            id: Some(record.id.to_string()),
            source: record.source.clone(),
            external_id: record.external_id.clone(),
            source_version: record.source_version,
            customer_id: record.customer_id.to_string(),
            number: record.number.clone(),
            issued_on: day(record.issued_on),
            currency: record.total.currency.code().to_owned(),
            total: record.total.plain(),
            unapplied: record.unapplied.plain(),
            mode: record.mode.as_str().to_owned(),
            invoice_id: record.invoice_id.map(|id| id.to_string()),
            allocations: record.allocations.iter().map(AllocationView::from).collect(),
            created_at: at(record.created_at),
        }
    }
}

crate::page!(CreditNoteList of CreditNoteView, "Credit notes, newest first.");
