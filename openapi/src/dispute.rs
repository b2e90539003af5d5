//! Disputes on the wire.

use relance_domain::records::DisputeRecord;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::time::at;

/// A dispute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DisputeView {
    /// Id; null in a dry run.
    pub id: Option<String>,
    /// Customer.
    pub customer_id: String,
    /// Invoice.
    pub invoice_id: String,
    /// Disputed part; null: the whole.
    #[schema(example = "200.00")]
    pub amount: Option<String>,
    /// Currency of the part.
    #[schema(example = "EUR")]
    pub currency: Option<String>,
    /// Reason.
    #[schema(example = "damaged")]
    pub reason_code: String,
    /// Words.
    pub comment: Option<String>,
    /// `open`, `resolved`.
    #[schema(example = "open")]
    pub status: String,
    /// Outcome.
    pub outcome: Option<String>,
    /// When it was resolved.
    #[schema(format = DateTime)]
    pub resolved_at: Option<String>,
    /// Created.
    #[schema(format = DateTime)]
    pub created_at: String,
}

impl From<&DisputeRecord> for DisputeView {
    fn from(record: &DisputeRecord) -> Self {
        let DisputeRecord {
            id,
            customer_id,
            invoice_id,
            amount,
            reason_code,
            comment,
            status,
            outcome,
            resolved_at,
            row_version: _,
            created_at,
        } = record;
        Self {
            id: Some(id.to_string()),
            customer_id: customer_id.to_string(),
            invoice_id: invoice_id.to_string(),
            amount: amount.map(|money| money.plain()),
            currency: amount.map(|money| money.currency.to_string()),
            reason_code: reason_code.clone(),
            comment: comment.clone(),
            status: status.clone(),
            outcome: outcome.clone(),
            resolved_at: resolved_at.map(at),
            created_at: at(*created_at),
        }
    }
}

/// A dispute to be opened. The invoice is named by `invoice_id`, or by `invoice_external_id` with `source`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DisputeInput {
    /// Invoice.
    pub invoice_id: Option<String>,
    /// The source's id of the invoice.
    pub invoice_external_id: Option<String>,
    /// The source of the external id.
    pub source: Option<String>,
    /// Disputed part, in the invoice's currency; absent: the whole.
    #[schema(example = "200.00")]
    pub amount: Option<String>,
    /// Reason.
    #[schema(example = "damaged")]
    pub reason_code: String,
    /// Words.
    pub comment: Option<String>,
}

/// How a dispute ends.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResolutionInput {
    /// `accepted`, `partly_accepted`, `rejected`, or a word of your own.
    #[schema(example = "rejected")]
    pub outcome: String,
    /// Words.
    pub comment: Option<String>,
}

crate::page!(DisputeList of DisputeView, "Disputes, newest first.");
