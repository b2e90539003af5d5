//! Imported documents on the wire.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    address::PostalAddress,
    ingest::{IngestSummary, ResourceRef},
    problem::Problem,
};

/// An identifier and the list it belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PartyIdView {
    /// As written.
    pub id: String,
    /// ISO 6523 code or another scheme: `0002` SIREN, `0009` SIRET…
    pub scheme: Option<String>,
}

/// Somebody named on a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PartyView {
    /// Name.
    pub name: String,
    /// Trading name.
    pub trading_name: Option<String>,
    /// SIREN, when one is stated and its check digit is right.
    pub siren: Option<String>,
    /// VAT number.
    pub vat_id: Option<String>,
    /// Legal registration.
    pub legal_id: Option<PartyIdView>,
    /// Further identifiers.
    pub ids: Vec<PartyIdView>,
    /// Electronic address.
    pub endpoint: Option<PartyIdView>,
    /// Contact person or desk.
    pub contact_name: Option<String>,
    /// E-mail.
    pub email: Option<String>,
    /// Telephone.
    pub phone: Option<String>,
    /// Address.
    pub address: Option<PostalAddress>,
}

/// What a document says. Amounts are decimal strings of its currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ExtractedView {
    /// Dialect: `ubl`, `cii`.
    pub syntax: String,
    /// `invoice` or `credit_note`, by its effect on what the buyer owes.
    pub kind: String,
    /// Type code as written (BT-3).
    pub type_code: Option<String>,
    /// Number (BT-1).
    pub number: String,
    /// Day of issue (BT-2).
    pub issued_on: String,
    /// Due date, stated or by the rule that `provenance` names.
    pub due_on: String,
    /// Due date as the document says it.
    pub due_on_stated: Option<String>,
    /// Currency (BT-5).
    pub currency: String,
    /// Total with taxes (BT-112); positive for a credit note.
    pub total: String,
    /// Asked for (BT-115).
    pub payable: String,
    /// Paid before (BT-113).
    pub prepaid: Option<String>,
    /// Payment terms (BT-20).
    pub payment_terms: Vec<String>,
    /// Reference to quote when paying (BT-83).
    pub payment_reference: Option<String>,
    /// Means of payment (BT-81).
    pub payment_means: Vec<String>,
    /// Accounts to pay into that are IBANs (BT-84).
    pub payee_ibans: Vec<String>,
    /// Other accounts.
    pub payee_accounts: Vec<String>,
    /// Collected by direct debit.
    pub direct_debit: bool,
    /// The buyer's reference (BT-10).
    pub buyer_reference: Option<String>,
    /// The buyer's order (BT-13).
    pub order_reference: Option<String>,
    /// Numbers of invoices it refers to (BT-25).
    pub preceding_invoices: Vec<String>,
    /// Seller.
    pub seller: PartyView,
    /// Buyer.
    pub buyer: PartyView,
    /// Who is to be paid, when not the seller.
    pub payee: Option<PartyView>,
    /// Day of delivery (BT-72).
    pub delivered_on: Option<String>,
    /// Paid already, by its own words.
    pub already_paid: bool,
    /// The buyer issued it in the seller's name.
    pub self_billed: bool,
}

/// What became of one document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DocumentItem {
    /// Its place in the request, from 0.
    pub index: usize,
    /// Name of its file.
    pub file: Option<String>,
    /// `accepted`, `duplicate`, `parked`, `rejected`.
    #[schema(example = "accepted")]
    pub result: String,
    /// The invoice or credit note it became.
    pub resource: Option<ResourceRef>,
    /// What was read.
    pub extracted: Option<ExtractedView>,
    /// Field → where it was read, or which rule gave it.
    pub provenance: BTreeMap<String, String>,
    /// Why it was rejected.
    pub problem: Option<Problem>,
    /// What your own invoice should say and does not; it is taken all the same.
    pub warnings: Vec<DocumentWarning>,
}

/// Something to mend on the creditor's own invoices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DocumentWarning {
    /// `no_due_date`, `due_date_too_late`, `no_penalty_rate`, `no_fixed_compensation`, `no_discount_terms`, `no_seller_siren`,
    /// `penalty_rate_under_floor`, `no_vat_exemption`, `no_seller_vat_id`, `no_buyer_siren`, `no_seller_address`, `no_buyer_address`.
    #[schema(example = "no_fixed_compensation")]
    pub code: String,
    /// For people.
    pub message: String,
    /// Article.
    #[schema(example = "C. com. L441-9 I, D441-5")]
    pub citation: String,
}

/// What became of the documents.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DocumentsAnswer {
    /// How many of each.
    pub summary: IngestSummary,
    /// Each, in order.
    pub items: Vec<DocumentItem>,
}
