//! Promises to pay on the wire.

use relance_domain::records::PromiseRecord;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::time::{at, day};

/// A promise to pay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PromiseView {
    /// Id; null in a dry run.
    pub id: Option<String>,
    /// Customer.
    pub customer_id: String,
    /// Invoices it covers; empty: all that were open.
    pub invoice_ids: Vec<String>,
    /// Promised amount.
    #[schema(example = "1200.00")]
    pub amount: String,
    /// Currency.
    #[schema(example = "EUR")]
    pub currency: String,
    /// Promised day.
    #[schema(format = Date)]
    pub promised_on: String,
    /// Last day before it is broken.
    #[schema(format = Date)]
    pub grace_until_on: String,
    /// Day it was made.
    #[schema(format = Date)]
    pub made_on: String,
    /// How it will be paid.
    pub method: Option<String>,
    /// Who promised.
    pub made_by: Option<String>,
    /// `open`, `kept`, `broken`, `cancelled`.
    #[schema(example = "open")]
    pub status: String,
    /// When it ended.
    #[schema(format = DateTime)]
    pub settled_at: Option<String>,
    /// Created.
    #[schema(format = DateTime)]
    pub created_at: String,
}

impl From<&PromiseRecord> for PromiseView {
    fn from(record: &PromiseRecord) -> Self {
        let PromiseRecord {
            id,
            customer_id,
            invoice_ids,
            amount,
            promised_on,
            grace_until_on,
            made_on,
            method,
            made_by,
            status,
            settled_at,
            row_version: _,
            created_at,
        } = record;
        Self {
            id: Some(id.to_string()),
            customer_id: customer_id.to_string(),
            invoice_ids: invoice_ids.iter().map(ToString::to_string).collect(),
            amount: amount.plain(),
            currency: amount.currency.to_string(),
            promised_on: day(*promised_on),
            grace_until_on: day(*grace_until_on),
            made_on: day(*made_on),
            method: method.clone(),
            made_by: made_by.clone(),
            status: status.clone(),
            settled_at: settled_at.map(at),
            created_at: at(*created_at),
        }
    }
}

/// A promise to be recorded. The customer is named by `customer_id`, or by `customer_external_id` with `source`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PromiseInput {
    /// Customer.
    pub customer_id: Option<String>,
    /// The source's id of the customer.
    pub customer_external_id: Option<String>,
    /// The source of external ids.
    pub source: Option<String>,
    /// Invoices it covers; absent: all that are open.
    pub invoice_ids: Option<Vec<String>>,
    /// The source's ids of the invoices.
    pub invoice_external_ids: Option<Vec<String>>,
    /// Promised amount.
    #[schema(example = "1200.00")]
    pub amount: String,
    /// Currency.
    #[schema(example = "EUR")]
    pub currency: String,
    /// Promised day.
    #[schema(format = Date, example = "2026-12-01")]
    pub promised_on: String,
    /// How it will be paid.
    pub method: Option<String>,
    /// Who promised.
    pub made_by: Option<String>,
}

crate::page!(PromiseList of PromiseView, "Promises, newest first.");
