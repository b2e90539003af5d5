//! A customer's life: how it stands, and what comes in when.

use chrono::{DateTime, NaiveDate, Utc};

use crate::{
    dunning::{CallAttempt, ContactMade, Hold, InvoiceFacts, Promise, Snapshot, Unapplied},
    ids::{HoldId, InvoiceId, PromiseId},
    invoice::EinvoiceStatus,
    money::Money,
};

/// A customer as it stands before its first news, and its news in order of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Course {
    /// How it stands. Its policy is the one it is chased by today.
    pub snapshot: Snapshot,
    /// The source's id, where the ledger is not the tenant's own.
    pub external_id: Option<String>,
    /// What comes in, oldest first; at one instant in this order.
    pub news: Vec<Dated>,
}

impl Course {
    /// A customer that nothing more is heard of: what only time changes.
    pub fn without_news(snapshot: Snapshot) -> Self {
        Self { snapshot, external_id: None, news: Vec::new() }
    }
}

/// Something that becomes known at an instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dated {
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub news: News,
}

/// What can become known about a customer. Amounts in minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// An invoice that was not known, with what is due on it.
    Invoice(Box<InvoiceFacts>),
    /// What is due on a known invoice.
    AmountDue {
        /// Invoice.
        invoice: InvoiceId,
        /// Principal still owed.
        amount_due: i64,
    },
    /// An invoice is withdrawn.
    Voided(InvoiceId),
    /// An invoice reached its reader.
    Delivered {
        /// Invoice.
        invoice: InvoiceId,
        /// Day.
        on: NaiveDate,
    },
    /// An e-invoice status arrived.
    Lifecycle {
        /// Invoice.
        invoice: InvoiceId,
        /// What it says.
        status: EinvoiceStatus,
    },
    /// Money that matches no invoice: all of it.
    Unapplied(Vec<Unapplied>),
    /// Money came in (or, negative, was taken back): it counts for open promises in its currency.
    Received(Money),
    /// A promise to pay. Its last day of grace follows the policy that is simulated.
    Promised(Promise),
    /// A promise was taken back.
    PromiseCancelled(PromiseId),
    /// A dispute was opened.
    Disputed {
        /// The source's name for it.
        dispute: String,
        /// Invoice.
        invoice: InvoiceId,
        /// Disputed part; `None`: the whole.
        amount: Option<i64>,
    },
    /// A dispute was settled.
    DisputeResolved(String),
    /// A hold was placed.
    Held(Hold),
    /// A hold was lifted by a person.
    Released(HoldId),
    /// Somebody of ours spoke or wrote to the customer elsewhere.
    Contacted {
        /// What counts in pacing.
        made: ContactMade,
        /// A dialled attempt.
        call: Option<CallAttempt>,
        /// Somebody was reached.
        reached: bool,
    },
    /// An address or number must not be used again on this channel.
    OptedOut {
        /// `email`, `sms`…
        channel: String,
        /// Address or number.
        address: String,
    },
    /// Payments are known up to then. A simulation takes them for fresh from then on.
    PaymentsComplete(DateTime<Utc>),
}
