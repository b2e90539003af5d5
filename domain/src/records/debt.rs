//! Customers and invoices as we know them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    customer::{Contact, CustomerDetails},
    dunning::InvoiceDunning,
    ids::{CustomerId, InvoiceId},
    invoice::InvoiceDetails,
};

/// A customer as we know it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CustomerRecord {
    /// Id.
    pub id: CustomerId,
    /// Owner of the snapshot.
    pub source: String,
    /// The source's id.
    pub external_id: String,
    /// The source's version.
    pub source_version: i64,
    /// What it says.
    pub details: CustomerDetails,
    /// Contacts with their ids.
    pub contacts: Vec<Contact>,
    /// When it is looked at next.
    pub next_check_at: Option<DateTime<Utc>>,
    /// Row version, for ETags.
    pub row_version: i64,
    /// First seen.
    pub created_at: DateTime<Utc>,
    /// Last changed.
    pub updated_at: DateTime<Utc>,
}

/// State of an invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InvoiceStatus {
    /// Something is due.
    Open,
    /// Nothing is due any more by payments and credit notes.
    Paid,
    /// Withdrawn.
    Void,
    /// Given up.
    WrittenOff,
}

impl InvoiceStatus {
    /// The word used on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Paid => "paid",
            Self::Void => "void",
            Self::WrittenOff => "written_off",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Open, Self::Paid, Self::Void, Self::WrittenOff].into_iter().find(|status| status.as_str() == word)
    }
}

/// An invoice as we know it. Amounts in minor units of `details.currency`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InvoiceRecord {
    /// Id.
    pub id: InvoiceId,
    /// Owner of the snapshot.
    pub source: String,
    /// The source's id.
    pub external_id: String,
    /// The source's version.
    pub source_version: i64,
    /// Who owes it.
    pub customer_id: CustomerId,
    /// What the source says.
    pub details: InvoiceDetails,
    /// Settled by payments.
    pub paid: i64,
    /// Settled by credit notes.
    pub credited: i64,
    /// Still due, never negative.
    pub amount_due: i64,
    /// Status.
    pub status: InvoiceStatus,
    /// Of `amount_due`, disputed.
    pub disputed: i64,
    /// Past its due date with something due, on the day it is read (tenant's zone).
    pub overdue: bool,
    /// Days past due, 0 when not.
    pub days_overdue: i64,
    /// How it stands in its ladder.
    pub dunning: InvoiceDunning,
    /// Row version, for ETags.
    pub row_version: i64,
    /// First seen.
    pub created_at: DateTime<Utc>,
    /// Last changed.
    pub updated_at: DateTime<Utc>,
}
