//! What is owed: invoices, credit notes and payments as their sources state them.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    ids::{CreditNoteId, CustomerId, InvoiceId, PaymentId},
    money::{Currency, Money},
};

/// The kind of an invoice for the carriage of goods.
pub const CARRIAGE: &str = "carriage";

/// An invoice as its source states it, its due date resolved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceDetails {
    /// Number printed on it.
    pub number: String,
    /// `invoice`, `deposit`, `final`, [`CARRIAGE`]…
    pub kind: String,
    /// Day of issue.
    pub issued_on: NaiveDate,
    /// Due date, stated or resolved by the rule that `provenance["due_on"]` names.
    pub due_on: NaiveDate,
    /// Currency of every amount below.
    pub currency: Currency,
    /// Total with taxes, minor units.
    pub total: i64,
    /// What is to be paid (EN 16931 BT-115), minor units; may be 0 or negative.
    pub payable: i64,
    /// Reference to quote when paying (BT-83).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_reference: Option<String>,
    /// Collected by direct debit: not chased while pending.
    pub direct_debit: bool,
    /// Day the service was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_done_on: Option<NaiveDate>,
    /// Day the invoice was delivered; null counts as `issued_on`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivered_on: Option<NaiveDate>,
    /// Public bodies: day it was received.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received_on: Option<NaiveDate>,
    /// Where the document is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document_url: Option<String>,
    /// Where to pay.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_url: Option<String>,
    /// What it is for, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// The buyer's order (BT-13).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purchase_order: Option<String>,
    /// The buyer's reference (BT-10).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub buyer_reference: Option<String>,
    /// Delivery note.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery_reference: Option<String>,
    /// Who is to be paid, when not the seller.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payee_name: Option<String>,
    /// Where to pay.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payee_iban: Option<String>,
    /// Sold to a factor.
    pub factored: bool,
    /// Withdrawn by its source.
    pub voided: bool,
    /// The last life-cycle status of the e-invoice; told by facts of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub einvoice: Option<EinvoiceStatus>,
    /// Field → where it was read, or which rule gave it.
    pub provenance: BTreeMap<String, String>,
}

impl InvoiceDetails {
    /// An invoice of which no more is said than what every source has to say: the whole total is to be paid.
    pub fn new(number: impl Into<String>, issued_on: NaiveDate, due_on: NaiveDate, total: Money) -> Self {
        Self {
            number: number.into(),
            kind: "invoice".to_owned(),
            issued_on,
            due_on,
            currency: total.currency,
            total: total.minor,
            payable: total.minor,
            payment_reference: None,
            direct_debit: false,
            service_done_on: None,
            delivered_on: None,
            received_on: None,
            document_url: None,
            payment_url: None,
            origin: None,
            purchase_order: None,
            buyer_reference: None,
            delivery_reference: None,
            payee_name: None,
            payee_iban: None,
            factored: false,
            voided: false,
            einvoice: None,
            provenance: BTreeMap::new(),
        }
    }
}

/// A life-cycle status of an e-invoice (CDAR).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EinvoiceStatus {
    /// 200, 204, 207, 210…
    pub code: String,
    /// When the platform set it.
    pub at: DateTime<Utc>,
    /// Its reason, in the platform's code.
    pub reason_code: Option<String>,
    /// The amount that came with it, minor units of the invoice's currency.
    pub amount: Option<i64>,
}

/// An invoice as we know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invoice {
    /// Id.
    pub id: InvoiceId,
    /// The source that owns it.
    pub source: String,
    /// The source's id.
    pub external_id: String,
    /// The source's version.
    pub source_version: i64,
    /// Who owes it.
    pub customer_id: CustomerId,
    /// As stated.
    pub details: InvoiceDetails,
}

/// From when a credit note counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CreditMode {
    /// As if the credited part had never been owed.
    AbInitio,
    /// From its issue date.
    #[default]
    FromDate,
}

impl CreditMode {
    /// The word used on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AbInitio => "ab_initio",
            Self::FromDate => "from_date",
        }
    }
}

/// A credit note as we know it; `total` is positive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreditNote {
    /// Id.
    pub id: CreditNoteId,
    /// The source that owns it.
    pub source: String,
    /// The source's id.
    pub external_id: String,
    /// The source's version.
    pub source_version: i64,
    /// Whose account it credits.
    pub customer_id: CustomerId,
    /// Number printed on it.
    pub number: String,
    /// Day of issue.
    pub issued_on: NaiveDate,
    /// Positive total.
    pub total: Money,
    /// From when it counts.
    pub mode: CreditMode,
    /// The invoice it names.
    pub invoice_id: Option<InvoiceId>,
}

/// A reversal of a payment (a bounced debit, a refund).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reversal {
    /// Day of the reversal.
    pub on: NaiveDate,
    /// Why, in the source's code.
    pub reason_code: String,
}

/// A payment as we know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// Id.
    pub id: PaymentId,
    /// The source that owns it.
    pub source: String,
    /// The source's id.
    pub external_id: String,
    /// The source's version, when it states one (1 otherwise).
    pub source_version: i64,
    /// Who paid.
    pub customer_id: CustomerId,
    /// Positive amount.
    pub amount: Money,
    /// Value date.
    pub paid_on: NaiveDate,
    /// `transfer`, `card`, `direct_debit`…
    pub method: Option<String>,
    /// Remittance text or reference.
    pub reference: Option<String>,
    /// Payer's name.
    pub payer_name: Option<String>,
    /// Payer's account.
    pub payer_iban: Option<String>,
    /// Allocations the source states, in minor units; `None`: we match.
    pub stated_allocations: Option<Vec<(InvoiceId, i64)>>,
    /// Set when it was taken back.
    pub reversal: Option<Reversal>,
}
