//! What an event carries that is not the body of a PUT.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `invoice.voided`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InvoiceVoidedData {
    /// Newer wins.
    pub source_version: i64,
}

/// `invoice.delivered`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InvoiceDeliveredData {
    /// Day.
    pub delivered_on: String,
}

/// `contact.opted_out`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OptedOutData {
    /// Customer.
    pub customer_external_id: String,
    /// Channel: `email`, `sms`, `phone`…
    pub channel: String,
    /// Address or number.
    pub address: String,
}

/// `dispute.opened`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DisputeOpenedData {
    /// Invoice.
    pub invoice_external_id: String,
    /// Disputed part in the invoice's currency; absent: the whole.
    pub amount: Option<String>,
    /// Reason.
    pub reason_code: String,
    /// Words.
    pub comment: Option<String>,
}

/// `dispute.resolved`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DisputeResolvedData {
    /// `accepted`, `rejected`, `partly_accepted`…
    pub outcome: String,
}

/// `promise.made`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PromiseMadeData {
    /// Customer.
    pub customer_external_id: String,
    /// Invoices; absent: all that are open.
    pub invoice_external_ids: Option<Vec<String>>,
    /// Promised amount.
    pub amount: String,
    /// Its currency.
    pub currency: String,
    /// Promised day.
    pub promised_on: String,
    /// How.
    pub method: Option<String>,
}

/// `insolvency.opened`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InsolvencyOpenedData {
    /// Customer.
    pub customer_external_id: String,
    /// `safeguard`, `reorganisation`, `liquidation`…
    pub procedure: String,
    /// Day of the judgment.
    pub judgment_on: String,
    /// Day of publication.
    pub published_on: Option<String>,
}

/// `einvoice.status_changed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EinvoiceStatusData {
    /// Invoice.
    pub invoice_external_id: String,
    /// 200, 204, 207, 210…
    pub status_code: String,
    /// When.
    pub at: String,
    /// Reason.
    pub reason_code: Option<String>,
    /// Amount.
    pub amount: Option<String>,
}
