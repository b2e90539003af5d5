//! Facts as they come in from a source, already read and valid in themselves.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    customer::CustomerDetails,
    invoice::{CreditMode, InvoiceDetails},
    money::{Currency, Money},
};

/// A thing that a fact needs and that is not known yet.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct WaitingFor {
    /// `customer`, `invoice` or `payment`.
    pub kind: WaitedKind,
    /// The source's id of it.
    pub external_id: String,
}

/// Kinds of things a fact may wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitedKind {
    /// A customer.
    Customer,
    /// An invoice.
    Invoice,
    /// A payment.
    Payment,
    /// A dispute.
    Dispute,
}

impl WaitedKind {
    /// The word used on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Invoice => "invoice",
            Self::Payment => "payment",
            Self::Dispute => "dispute",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Customer, Self::Invoice, Self::Payment, Self::Dispute].into_iter().find(|kind| kind.as_str() == word)
    }
}

/// A fact about the world, from a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum Fact {
    /// A snapshot of a customer with its contacts.
    Customer {
        /// The source's id.
        external_id: String,
        /// Newer wins.
        source_version: i64,
        /// What it says.
        details: Box<CustomerDetails>,
    },
    /// A snapshot of an invoice.
    Invoice {
        /// The source's id.
        external_id: String,
        /// Newer wins.
        source_version: i64,
        /// Who owes it.
        customer_external_id: String,
        /// What it says; `due_on` may still have to be resolved.
        details: Box<InvoiceDetails>,
        /// Neither stated nor in its terms: the customer's or tenant's default applies.
        due_on_missing: bool,
    },
    /// A snapshot of a credit note; `total` positive.
    CreditNote {
        /// The source's id.
        external_id: String,
        /// Newer wins.
        source_version: i64,
        /// Whose account it credits.
        customer_external_id: String,
        /// Number printed on it.
        number: String,
        /// Day of issue.
        issued_on: NaiveDate,
        /// Positive total.
        total: Money,
        /// From when it counts.
        mode: CreditMode,
        /// The invoice it names.
        invoice_external_id: Option<String>,
    },
    /// A payment.
    Payment {
        /// The source's id.
        external_id: String,
        /// Newer wins; 1 when not stated.
        source_version: i64,
        /// Who paid.
        customer_external_id: String,
        /// Positive amount.
        amount: Money,
        /// Value date.
        paid_on: NaiveDate,
        /// How.
        method: Option<String>,
        /// Remittance text.
        reference: Option<String>,
        /// Payer's name.
        payer_name: Option<String>,
        /// Payer's account.
        payer_iban: Option<String>,
        /// (invoice external id, minor units); `None`: we match.
        allocations: Option<Vec<(String, i64)>>,
    },
    /// A payment was taken back.
    PaymentReversed {
        /// The payment's external id.
        external_id: String,
        /// Day.
        on: NaiveDate,
        /// The source's reason.
        reason_code: String,
    },
    /// An invoice was withdrawn.
    InvoiceVoided {
        /// The invoice's external id.
        external_id: String,
        /// Newer wins.
        source_version: i64,
    },
    /// An invoice reached its reader.
    InvoiceDelivered {
        /// The invoice's external id.
        external_id: String,
        /// Day.
        delivered_on: NaiveDate,
    },
    /// Somebody wants no more messages on a channel.
    ContactOptedOut {
        /// Customer.
        customer_external_id: String,
        /// Channel.
        channel: String,
        /// Address or number.
        address: String,
    },
    /// A dispute was opened elsewhere.
    DisputeOpened {
        /// The source's id of the dispute.
        external_id: String,
        /// Invoice.
        invoice_external_id: String,
        /// Disputed part as plain decimal in the invoice's currency; `None`: the whole.
        amount: Option<String>,
        /// Reason.
        reason_code: String,
        /// Words.
        comment: Option<String>,
    },
    /// A dispute was settled elsewhere.
    DisputeResolved {
        /// The source's id of the dispute.
        external_id: String,
        /// `accepted`, `rejected`, `partly_accepted`…
        outcome: String,
    },
    /// A promise was made elsewhere.
    PromiseMade {
        /// The source's id of the promise.
        external_id: String,
        /// Customer.
        customer_external_id: String,
        /// Invoices; `None`: all that are open.
        invoice_external_ids: Option<Vec<String>>,
        /// Promised amount.
        amount: Money,
        /// Promised day.
        promised_on: NaiveDate,
        /// How.
        method: Option<String>,
    },
    /// Insolvency proceedings were opened.
    InsolvencyOpened {
        /// Customer.
        customer_external_id: String,
        /// `safeguard`, `reorganisation`, `liquidation`…
        procedure: String,
        /// Day of the judgment: debts from before it are stopped (C. com. L622-7, L622-21).
        judgment_on: NaiveDate,
        /// Day of publication.
        published_on: Option<NaiveDate>,
    },
    /// An e-invoice status (CDAR) arrived.
    EinvoiceStatusChanged {
        /// Invoice.
        invoice_external_id: String,
        /// 200, 204, 207, 210…
        status_code: String,
        /// When.
        at: DateTime<Utc>,
        /// Reason.
        reason_code: Option<String>,
        /// Amount as plain decimal.
        amount: Option<String>,
    },
}

impl Fact {
    /// The currency a fact speaks of, if any.
    pub fn currency(&self) -> Option<Currency> {
        match self {
            Self::Invoice { details, .. } => Some(details.currency),
            Self::CreditNote { total, .. } => Some(total.currency),
            Self::Payment { amount, .. } | Self::PromiseMade { amount, .. } => Some(amount.currency),
            _ => None,
        }
    }
}

/// What a version number says about an incoming snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VersionVerdict {
    /// Not known yet.
    New,
    /// Newer than what is known.
    Newer,
    /// Same version, same body: nothing to do.
    Same,
    /// Same version, other body.
    Conflict,
    /// Older than what is known.
    Stale,
}

/// Compares an incoming snapshot with what is known: `(version, body digest)`.
pub fn judge_version(known: Option<(i64, &str)>, incoming: (i64, &str)) -> VersionVerdict {
    match known {
        None => VersionVerdict::New,
        Some((version, _)) if incoming.0 > version => VersionVerdict::Newer,
        Some((version, _)) if incoming.0 < version => VersionVerdict::Stale,
        Some((_, digest)) if digest == incoming.1 => VersionVerdict::Same,
        Some(_) => VersionVerdict::Conflict,
    }
}
