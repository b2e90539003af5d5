//! What a document is: a claim, a credit, or nothing anybody owes.

use rust_decimal::Decimal;

use crate::extracted::DocumentKind;
use crate::refusal::Refusal;

/// BT-3 codes that lower a balance: EN 16931's credit note list and the French 502, 503 (BR-FR-04).
const CREDITS: [&str; 13] = ["81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "502", "503", "532"];
/// UNTDID 1001 codes of documents that must never be chased.
const NO_CLAIM: [(&str, &str); 11] = [
    ("325", "a pro forma invoice"),
    ("751", "an accounting aid (Factur-X MINIMUM or BASIC WL), not an invoice"),
    ("220", "an order"),
    ("221", "a blanket order"),
    ("230", "an order change"),
    ("231", "an order response"),
    ("270", "a delivery note"),
    ("310", "an offer"),
    ("315", "a contract"),
    ("351", "a despatch advice"),
    ("343", "a cartage note"),
];
const SELF_BILLED: [&str; 2] = ["389", "261"];
/// Root elements of business documents next to invoices: UBL, Order-X, CDAR.
const OTHER_ROOTS: [&str; 27] = [
    "ApplicationResponse",
    "Catalogue",
    "CrossDomainAcknowledgementAndResponse",
    "CrossIndustryDespatchAdvice",
    "CrossIndustryOrder",
    "CrossIndustryOrderChange",
    "CrossIndustryOrderResponse",
    "CrossIndustryQuotation",
    "CrossIndustryRemittanceAdvice",
    "DebitNote",
    "DespatchAdvice",
    "Forecast",
    "Order",
    "OrderCancellation",
    "OrderChange",
    "OrderResponse",
    "OrderResponseSimple",
    "ProductActivity",
    "Quotation",
    "ReceiptAdvice",
    "Reminder",
    "RemittanceAdvice",
    "RequestForQuotation",
    "SCRDMCCBDACIOMessageStructure",
    "SCRDMCCBDACIDAMessageStructure",
    "Statement",
    "Waybill",
];

/// Whether a root element is a known business document that is no invoice.
pub(crate) fn is_other_business_document(root: &str) -> bool {
    OTHER_ROOTS.contains(&root)
}

/// Refuses type codes that make no claim (trap 4).
pub(crate) fn check_type(code: Option<&str>) -> Result<(), Refusal> {
    let Some(code) = code else { return Ok(()) };
    match NO_CLAIM.iter().find(|(known, _)| *known == code) {
        Some((_, what)) => Err(Refusal::not_an_invoice(format!("type code {code} (BT-3): {what}"))),
        None => Ok(()),
    }
}

/// Whether the buyer issued the document in the seller's name (trap 4). A German "Gutschrift" 389 is an invoice.
pub(crate) fn is_self_billed(code: Option<&str>) -> bool {
    code.is_some_and(|code| SELF_BILLED.contains(&code))
}

/// The effect on the balance, and whether the amounts' signs are to be turned (trap 3).
pub(crate) struct Effect {
    pub(crate) kind: DocumentKind,
    pub(crate) turn: bool,
    pub(crate) rule: String,
}

/// A credit is a credit type or a negative total, not both: a credit note below zero takes a credit back.
pub(crate) fn effect(credit_root: bool, code: Option<&str>, total: Decimal) -> Effect {
    let credit_type = credit_root || code.is_some_and(|code| CREDITS.contains(&code));
    let negative = total.is_sign_negative() && !total.is_zero();
    let (kind, why) = match (credit_type, negative) {
        (false, false) => (DocumentKind::Invoice, "invoice type, total not negative"),
        (true, false) => (DocumentKind::CreditNote, "credit note type, total not negative"),
        (false, true) => (DocumentKind::CreditNote, "invoice type with a negative total (BT-112): a credit note, signs turned"),
        (true, true) => (DocumentKind::Invoice, "credit note type with a negative total (BT-112): it takes a credit back, signs turned"),
    };
    let code = code.map_or_else(|| "none".to_owned(), str::to_owned);
    Effect { kind, turn: negative, rule: format!("{why} (BT-3: {code})") }
}
