//! The canonical facts of one invoice or credit note.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::party::Party;
use crate::terms::{DueRule, due_from_terms};

/// The dialect a document came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Syntax {
    /// OASIS UBL 2.0 / 2.1.
    Ubl,
    /// UN/CEFACT Cross Industry Invoice, Factur-X and ZUGFeRD (1.0 included) alike.
    Cii,
}

impl Syntax {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ubl => "ubl",
            Self::Cii => "cii",
        }
    }
}

/// The effect on the buyer's balance, whatever the type code says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DocumentKind {
    /// Raises what the buyer owes.
    Invoice,
    /// Lowers it.
    CreditNote,
}

impl DocumentKind {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invoice => "invoice",
            Self::CreditNote => "credit_note",
        }
    }
}

/// One part of an invoice payable by instalments (EXTENDED payment terms).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instalment {
    pub due_on: Option<NaiveDate>,
    pub amount: Decimal,
}

/// A note on the document (BG-1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// BT-21, as UNTDID 4451 (`PMT` recovery fee, `PMD` late penalties, `AAB` early discount …).
    pub subject: Option<String>,
    /// BT-22.
    pub text: String,
}

/// What the breakdown of VAT says beside amounts (BG-23).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Vat {
    /// Category codes (BT-118): `S`, `E`, `AE`…
    pub categories: Vec<String>,
    /// Reasons of exemption and their codes (BT-120, BT-121).
    pub exemptions: Vec<String>,
}

impl Vat {
    /// Under the franchise of small firms (CGI art. 293 B)?
    pub fn is_under_franchise(&self) -> bool {
        self.exemptions.iter().any(|reason| reason.contains("293") || reason.to_uppercase().contains("FRANCHISE"))
    }
}

/// What an invoice or credit note says.
///
/// Amounts are those of the document for an invoice (a negative `payable` is a customer in credit).
/// A credit note has a positive `total` in both dialects: type 381, or a negative invoice with every sign turned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extracted {
    pub syntax: Syntax,
    pub kind: DocumentKind,
    /// BT-3, as written.
    pub type_code: Option<String>,
    /// BT-1.
    pub number: String,
    /// BT-2.
    pub issued_on: NaiveDate,
    /// BT-9, or the latest date among payment terms that are not a cash discount.
    pub due_on_stated: Option<NaiveDate>,
    /// BT-5.
    pub currency: String,
    /// BT-112, tax included.
    pub total: Decimal,
    /// BT-115: what is asked for. This is chased, never the total.
    pub payable: Decimal,
    /// BT-113.
    pub prepaid: Option<Decimal>,
    /// BT-114.
    pub rounding: Option<Decimal>,
    /// BT-20, one text for each term.
    pub payment_terms: Vec<String>,
    /// BT-83.
    pub payment_reference: Option<String>,
    /// BT-81, each code once, in the order of the document.
    pub payment_means: Vec<String>,
    /// BT-84 when it looks like an IBAN (or is called one), as written.
    pub payee_ibans: Vec<String>,
    /// BT-84 otherwise (Bankgiro, proprietary accounts).
    pub payee_accounts: Vec<String>,
    /// Payment means 49 or 59, or a mandate stated (BG-19): nobody is to be chased before the debit fails.
    pub direct_debit: bool,
    /// BT-89.
    pub mandate_id: Option<String>,
    /// BT-10.
    pub buyer_reference: Option<String>,
    /// BT-13.
    pub order_reference: Option<String>,
    /// BT-12.
    pub contract_reference: Option<String>,
    /// BT-25.
    pub preceding_invoices: Vec<String>,
    /// BG-4.
    pub seller: Party,
    /// BG-7.
    pub buyer: Party,
    /// BG-10: who is to be paid when it is not the seller (a factor).
    pub payee: Option<Party>,
    /// BG-1.
    pub notes: Vec<Note>,
    /// BT-72.
    pub delivered_on: Option<NaiveDate>,
    pub instalments: Vec<Instalment>,
    /// VAT as its breakdown states it.
    pub vat: Vat,
    /// BT-23 is `B2`, `S2` or `M2`, or nothing is payable. `due_on_stated` then is the day it was paid.
    pub already_paid: bool,
    /// Type 389 or 261: the buyer issued it in the seller's name.
    pub self_billed: bool,
    /// BT-23.
    pub business_process: Option<String>,
    /// Field → where it was read (element path and BT number), or which rule gave it.
    pub provenance: BTreeMap<String, String>,
}

impl Extracted {
    /// The due date this document gives by itself: stated, else in the words of its terms.
    /// `None` leaves it to the caller's default ([`DueRule::Default`]).
    #[must_use]
    pub fn due(&self) -> Option<(NaiveDate, DueRule)> {
        match self.due_on_stated {
            Some(date) => Some((date, DueRule::Stated)),
            None => due_from_terms(self.issued_on, &self.payment_terms).map(|date| (date, DueRule::PaymentTermsText)),
        }
    }
}
