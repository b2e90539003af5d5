//! Acts that began a new period of limitation, as we know them.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::By;
use crate::ids::{CustomerId, InterruptionId, InvoiceId};

/// An act that began a new period, with its proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InterruptionRecord {
    /// Id.
    pub id: InterruptionId,
    /// Customer.
    pub customer_id: CustomerId,
    /// Invoices it is about.
    pub invoice_ids: Vec<InvoiceId>,
    /// A word of [`crate::law::Interruption`].
    pub kind: String,
    /// Day of the act.
    pub happened_on: NaiveDate,
    /// Where the proof is: the number of a letter, of a deed, of a message.
    pub proof: String,
    /// Words.
    pub comment: Option<String>,
    /// Who recorded it.
    pub by: By,
    /// It was recorded wrongly: since then it counts no more.
    pub withdrawn_at: Option<DateTime<Utc>>,
    /// Row version.
    pub row_version: i64,
    /// When it was recorded.
    pub created_at: DateTime<Utc>,
}
