//! The ledger: what each invoice still owes, recomputed from facts.

mod allocate;
mod balance;
mod book;
mod matching;
mod pinned;
mod subset;

#[cfg(test)]
mod tests;

pub use allocate::allocate;
pub use balance::{Balance, InvoiceBalance, balance_on};
pub use matching::normalise_reference;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    ids::{CreditNoteId, InvoiceId, PaymentId},
    money::Currency,
};

/// An invoice as the ledger sees it. Amounts in minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerInvoice {
    /// Id.
    pub id: InvoiceId,
    /// Number.
    pub number: String,
    /// The source's id.
    pub external_id: String,
    /// Reference to quote.
    pub payment_reference: Option<String>,
    /// Day of issue.
    pub issued_on: NaiveDate,
    /// Due date.
    pub due_on: NaiveDate,
    /// Currency.
    pub currency: Currency,
    /// To be paid; nothing is owed when ≤ 0.
    pub payable: i64,
    /// Voided invoices owe nothing and take no allocation.
    pub voided: bool,
}

impl LedgerInvoice {
    /// What it asks for before any allocation, minor units: nothing when voided or ≤ 0.
    pub fn owed(&self) -> i64 {
        if self.voided { 0 } else { self.payable.max(0) }
    }

    /// Oldest due first; the same for any order of arrival.
    pub(crate) fn order(&self) -> (NaiveDate, NaiveDate, &str, InvoiceId) {
        (self.due_on, self.issued_on, &self.external_id, self.id)
    }
}

/// A credit note as the ledger sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerCredit {
    /// Id.
    pub id: CreditNoteId,
    /// The source's id, for a stable order.
    pub external_id: String,
    /// Day of issue.
    pub issued_on: NaiveDate,
    /// Currency.
    pub currency: Currency,
    /// Positive total.
    pub total: i64,
    /// The invoice it names: allocated there as far as it is open.
    pub invoice: Option<InvoiceId>,
}

/// A payment as the ledger sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerPayment {
    /// Id.
    pub id: PaymentId,
    /// The source's id, for a stable order.
    pub external_id: String,
    /// Value date.
    pub paid_on: NaiveDate,
    /// Currency.
    pub currency: Currency,
    /// Positive amount.
    pub amount: i64,
    /// Remittance text.
    pub reference: Option<String>,
    /// Allocations stated by the source.
    pub stated: Option<Vec<(InvoiceId, i64)>>,
    /// Taken back on this day.
    pub reversed_on: Option<NaiveDate>,
}

/// Where an allocation takes its money from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// A payment.
    Payment(PaymentId),
    /// A credit note.
    CreditNote(CreditNoteId),
}

/// A part of a payment or credit note set against one invoice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allocation {
    /// From.
    pub origin: Origin,
    /// To.
    pub invoice: InvoiceId,
    /// Minor units of the invoice's currency, positive.
    pub amount: i64,
    /// Value day: of the payment, or of the credit note's issue.
    pub on: NaiveDate,
    /// Which rule made it.
    pub rule: AllocationRule,
    /// Instant on the tenant's clock at which it was made.
    pub made_at: DateTime<Utc>,
    /// The payment was taken back on this day: counts until then, not after.
    pub reversed_on: Option<NaiveDate>,
}

impl Allocation {
    /// Whether it counts at the end of that day; `None`: as of all facts known.
    pub fn counts_on(&self, day: Option<NaiveDate>) -> bool {
        counts(self.on, self.reversed_on, day)
    }
}

/// Whether something that counts from one day until before another does so on `day`.
fn counts(from: NaiveDate, until: Option<NaiveDate>, day: Option<NaiveDate>) -> bool {
    match day {
        None => until.is_none(),
        Some(day) => from <= day && until.is_none_or(|until| day < until),
    }
}

/// Which rule made an allocation. Ordered from certain to least certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AllocationRule {
    /// The source states it.
    Stated,
    /// The credit note names the invoice.
    NamedInvoice,
    /// The reference equals a payment reference or number.
    Reference,
    /// Exactly one open invoice owes that amount.
    ExactAmount,
    /// Exactly one set of open invoices owes that amount.
    ExactSet,
}

impl AllocationRule {
    /// The word used on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stated => "stated",
            Self::NamedInvoice => "named_invoice",
            Self::Reference => "reference",
            Self::ExactAmount => "exact_amount",
            Self::ExactSet => "exact_set",
        }
    }
}

/// Everything the ledger of one customer is computed from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LedgerFacts {
    /// Invoices.
    pub invoices: Vec<LedgerInvoice>,
    /// Credit notes.
    pub credits: Vec<LedgerCredit>,
    /// Payments.
    pub payments: Vec<LedgerPayment>,
    /// Allocations made before.
    pub allocations: Vec<Allocation>,
}
