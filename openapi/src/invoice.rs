//! Invoices on the wire.

use std::collections::BTreeMap;

use relance_domain::{dunning::InvoiceDunning, records::InvoiceRecord};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::customer::CustomerView;
use crate::time::{at, day};

/// A snapshot of an invoice. What is left out or null is not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InvoiceInput {
    /// The source's version: the newest wins.
    #[schema(minimum = 1, example = 1)]
    pub source_version: i64,
    /// Number printed on it.
    #[schema(example = "FA-2026-0042")]
    pub number: String,
    /// `invoice`, `deposit`, `final`…; absent: `invoice`.
    #[schema(example = "invoice")]
    pub kind: Option<String>,
    /// The source's id of the customer.
    #[schema(example = "C42")]
    pub customer_external_id: String,
    /// Day of issue.
    #[schema(format = Date, example = "2026-09-01")]
    pub issued_on: String,
    /// Due date; absent: by the rule of the customer or tenant, named in `provenance`.
    #[schema(format = Date, example = "2026-10-01")]
    pub due_on: Option<String>,
    /// ISO 4217 code.
    #[schema(example = "EUR")]
    pub currency: String,
    /// Total with taxes, decimal.
    #[schema(example = "1200.00")]
    pub total: String,
    /// What is to be paid; absent: `total`.
    #[schema(example = "1200.00")]
    pub payable: Option<String>,
    /// Reference to quote when paying.
    pub payment_reference: Option<String>,
    /// Collected by direct debit: not chased while pending.
    pub direct_debit: Option<bool>,
    /// Day the service was done.
    #[schema(format = Date)]
    pub service_done_on: Option<String>,
    /// Day it was delivered; absent counts as `issued_on`.
    #[schema(format = Date)]
    pub delivered_on: Option<String>,
    /// Public bodies: day it was received.
    #[schema(format = Date)]
    pub received_on: Option<String>,
    /// Where the document is.
    pub document_url: Option<String>,
    /// Where to pay.
    pub payment_url: Option<String>,
    /// What it is for, in words.
    #[schema(example = "Travaux de menuiserie, commande 118")]
    pub origin: Option<String>,
    /// The buyer's order.
    pub purchase_order: Option<String>,
    /// The buyer's reference.
    pub buyer_reference: Option<String>,
    /// Delivery note.
    pub delivery_reference: Option<String>,
    /// Who is to be paid, when not the seller.
    pub payee_name: Option<String>,
    /// Account to pay into.
    pub payee_iban: Option<String>,
    /// Sold to a factor.
    pub factored: Option<bool>,
    /// Withdrawn.
    pub voided: Option<bool>,
}

/// How an invoice stands in its ladder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InvoiceDunningView {
    /// `idle`, `scheduled`, `held`, `awaiting_approval`, `completed`, `stopped`.
    #[schema(example = "scheduled")]
    pub state: String,
    /// Policy.
    pub policy_id: Option<String>,
    /// Its version.
    pub policy_version: Option<i32>,
    /// Last step that was done.
    pub last_step: Option<String>,
    /// Next step.
    pub next_step: Option<String>,
    /// When; null unless scheduled, or held with a known end.
    pub next_action_at: Option<String>,
    /// Codes of what holds it.
    pub holds: Vec<String>,
    /// The decision by which it came to stand so: `GET /v1/decisions/{id}` explains it.
    pub decision_id: Option<String>,
}

/// The last life-cycle status of an e-invoice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EinvoiceView {
    /// 200, 204, 207, 210…
    #[schema(example = "207")]
    pub code: String,
    /// When the platform set it.
    #[schema(format = DateTime)]
    pub at: String,
    /// Its reason, in the platform's code.
    pub reason_code: Option<String>,
    /// The amount that came with it.
    pub amount: Option<String>,
}

impl From<InvoiceDunning> for InvoiceDunningView {
    fn from(dunning: InvoiceDunning) -> Self {
        let InvoiceDunning { state, policy_id, policy_version, last_step, next_step, next_action_at, holds, decision_id } = dunning;
        Self {
            state,
            policy_id: policy_id.map(|id| id.to_string()),
            policy_version,
            last_step,
            next_step,
            next_action_at: next_action_at.map(at),
            holds,
            decision_id: decision_id.map(|id| id.to_string()),
        }
    }
}

/// An invoice as we know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InvoiceView {
    /// Id; null in a dry run that would make it.
    #[schema(example = "inv_01j9z3k5x8q2v7w4n6m1b0c9d8")]
    pub id: Option<String>,
    /// The source that owns it.
    pub source: String,
    /// The source's id.
    pub external_id: String,
    /// The source's version.
    pub source_version: i64,
    /// Number printed on it.
    pub number: String,
    /// `invoice`, `deposit`, `final`…
    pub kind: String,
    /// Who owes it.
    pub customer_id: String,
    /// Day of issue.
    pub issued_on: String,
    /// Due date, stated or resolved; `provenance.due_on` says which.
    pub due_on: String,
    /// ISO 4217 code of every amount.
    #[schema(example = "EUR")]
    pub currency: String,
    /// Total with taxes.
    #[schema(example = "1200.00")]
    pub total: String,
    /// What is to be paid.
    pub payable: String,
    /// Settled by payments.
    pub paid: String,
    /// Settled by credit notes.
    pub credited: String,
    /// Still due.
    pub amount_due: String,
    /// Of `amount_due`, disputed.
    pub disputed: String,
    /// `open`, `paid`, `void`, `written_off`.
    #[schema(example = "open")]
    pub status: String,
    /// Past its due date with something due, today in the tenant's zone.
    pub overdue: bool,
    /// Days past due; 0 when not overdue.
    pub days_overdue: i64,
    /// How it stands in its ladder.
    pub dunning: InvoiceDunningView,
    /// Reference to quote when paying.
    pub payment_reference: Option<String>,
    /// Collected by direct debit.
    pub direct_debit: bool,
    /// Day the service was done.
    pub service_done_on: Option<String>,
    /// Day it was delivered.
    pub delivered_on: Option<String>,
    /// Public bodies: day it was received.
    pub received_on: Option<String>,
    /// Where the document is.
    pub document_url: Option<String>,
    /// Where to pay.
    pub payment_url: Option<String>,
    /// What it is for.
    pub origin: Option<String>,
    /// The buyer's order.
    pub purchase_order: Option<String>,
    /// The buyer's reference.
    pub buyer_reference: Option<String>,
    /// Delivery note.
    pub delivery_reference: Option<String>,
    /// Who is to be paid, when not the seller.
    pub payee_name: Option<String>,
    /// Account to pay into.
    pub payee_iban: Option<String>,
    /// Sold to a factor.
    pub factored: bool,
    /// Withdrawn by its source.
    pub voided: bool,
    /// Where the e-invoice stands, when a platform says so.
    pub einvoice: Option<EinvoiceView>,
    /// Field → where it was read, or which rule gave it.
    pub provenance: BTreeMap<String, String>,
    /// First seen.
    pub created_at: String,
    /// Last changed.
    pub updated_at: String,
    /// The customer itself; only with `expand=customer`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<Box<CustomerView>>,
}

impl From<&InvoiceRecord> for InvoiceView {
    fn from(record: &InvoiceRecord) -> Self {
        Self::from(record.clone())
    }
}

impl From<InvoiceRecord> for InvoiceView {
    fn from(record: InvoiceRecord) -> Self {
        let details = record.details;
        let plain = |minor: i64| details.currency.minor(minor).plain();
        Self {
            id: Some(record.id.to_string()),
            source: record.source,
            external_id: record.external_id,
            source_version: record.source_version,
            number: details.number,
            kind: details.kind,
            customer_id: record.customer_id.to_string(),
            issued_on: day(details.issued_on),
            due_on: day(details.due_on),
            currency: details.currency.code().to_owned(),
            total: plain(details.total),
            payable: plain(details.payable),
            paid: plain(record.paid),
            credited: plain(record.credited),
            amount_due: plain(record.amount_due),
            disputed: plain(record.disputed),
            status: record.status.as_str().to_owned(),
            overdue: record.overdue,
            days_overdue: record.days_overdue,
            dunning: InvoiceDunningView::from(record.dunning),
            payment_reference: details.payment_reference,
            direct_debit: details.direct_debit,
            service_done_on: details.service_done_on.map(day),
            delivered_on: details.delivered_on.map(day),
            received_on: details.received_on.map(day),
            document_url: details.document_url,
            payment_url: details.payment_url,
            origin: details.origin,
            purchase_order: details.purchase_order,
            buyer_reference: details.buyer_reference,
            delivery_reference: details.delivery_reference,
            payee_name: details.payee_name,
            payee_iban: details.payee_iban,
            factored: details.factored,
            voided: details.voided,
            einvoice: details.einvoice.map(|status| EinvoiceView {
                code: status.code,
                at: at(status.at),
                reason_code: status.reason_code,
                amount: status.amount.map(plain),
            }),
            provenance: details.provenance,
            created_at: at(record.created_at),
            updated_at: at(record.updated_at),
            customer: None,
        }
    }
}

crate::page!(InvoiceList of InvoiceView, "Invoices, newest first unless sorted otherwise.");
