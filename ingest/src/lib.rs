//! Electronic invoices and webhooks of other programs, read: bytes in, canonical facts out.
//!
//! [`webhooks`] verifies and translates what sources send. The rest are pure functions over EN 16931 documents (UBL 2.1 and CII, ZUGFeRD 1.0 included). No IO, no clock,
//! no panic on any input: what cannot be read is a [`Refusal`] with a public code.
//! The traps that shaped this crate are listed in `reference/ingestion.md` §4.2.
#![cfg_attr(not(test), deny(clippy::indexing_slicing, clippy::string_slice, clippy::panic, clippy::unreachable))]

mod cii;
mod draft;
mod encoding;
mod extracted;
mod guard;
mod kind;
pub mod mail;
pub mod normalise;
mod party;
mod preflight;
pub mod receipts;
mod refusal;
mod terms;
mod trail;
mod ubl;
pub mod webhooks;
mod xml;

pub use extracted::{DocumentKind, Extracted, Instalment, Note, Syntax};
pub use guard::{MAX_BYTES, MAX_DEPTH};
pub use party::{Party, PartyAddress, PartyId};
pub use preflight::{Warning, preflight};
pub use refusal::{Refusal, RefusalCode};
pub use terms::{DueRule, due_from_terms};

/// Reads one invoice or credit note, detecting the syntax by the root element.
///
/// # Errors
/// A [`Refusal`] says what was read and why it is not taken: no byte sequence panics.
pub fn parse(bytes: &[u8]) -> Result<Extracted, Refusal> {
    let text = encoding::decode(bytes)?;
    guard::check(&text)?;
    let document = xml::read(&text)?;
    let root = document.root_element();
    let name = root.tag_name().name();
    let namespace = root.tag_name().namespace().unwrap_or_default();
    match name {
        "Invoice" | "CreditNote" | "SelfBilledInvoice" | "SelfBilledCreditNote" if ubl::owns(namespace) => ubl::read(root),
        "CrossIndustryInvoice" | "CrossIndustryDocument" => cii::read(root),
        _ if kind::is_other_business_document(name) => {
            Err(Refusal::not_an_invoice(format!("the root element is {name}: neither an invoice nor a credit note")))
        }
        _ => Err(Refusal::unsupported(format!("the root element is {name} in namespace \"{namespace}\": neither UBL nor CII"))),
    }
}
