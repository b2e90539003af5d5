//! OASIS UBL 2.0 / 2.1 Invoice and CreditNote.

mod party;

use std::collections::BTreeSet;

use roxmltree::Node;

use crate::draft::{Amounts, Draft, identity};
use crate::extracted::{Extracted, Instalment, Note, Syntax, Vat};
use crate::kind;
use crate::normalise;
use crate::refusal::Refusal;
use crate::terms;
use crate::trail::Trail;
use crate::xml;

/// Whether a root named `Invoice` is UBL's: other formats use the name too (ebInterface, Svefaktura …).
pub(crate) fn owns(namespace: &str) -> bool {
    namespace.is_empty() || namespace.to_ascii_lowercase().contains(":ubl:")
}

pub(crate) fn read(root: Node<'_, '_>) -> Result<Extracted, Refusal> {
    let mut trail = Trail::default();
    let name = root.tag_name().name();
    let type_code = trail.text("type_code", "BT-3", root, "InvoiceTypeCode|CreditNoteTypeCode");
    kind::check_type(type_code.as_deref())?;
    let number = trail.text("number", "BT-1", root, "ID");
    let issued = trail.text("issued_on", "BT-2", root, "IssueDate");
    let (number, issued_on) = identity(number, issued.as_deref())?;
    let payment_terms = trail.texts("payment_terms", "BT-20", root, "PaymentTerms/Note");
    let due_on_stated = due_on(root, &mut trail).filter(|&date| !terms::refuse_discount(date, issued_on, &payment_terms, &mut trail));
    let (payee_ibans, payee_accounts) = accounts(root, &mut trail);
    let draft = Draft {
        syntax: Syntax::Ubl,
        credit_root: name.ends_with("CreditNote"),
        self_billed_root: name.starts_with("SelfBilled"),
        type_code,
        number,
        issued_on,
        due_on_stated,
        currency: currency(root, &mut trail),
        amounts: amounts(root, &mut trail)?,
        payment_terms,
        payment_reference: trail.text("payment_reference", "BT-83", root, "PaymentMeans/PaymentID"),
        payment_means: trail.texts("payment_means", "BT-81", root, "PaymentMeans/PaymentMeansCode"),
        payee_ibans,
        payee_accounts,
        mandate_id: trail.text("mandate_id", "BT-89", root, "PaymentMeans/PaymentMandate/ID"),
        buyer_reference: trail.text("buyer_reference", "BT-10", root, "BuyerReference"),
        order_reference: trail.text("order_reference", "BT-13", root, "OrderReference/ID"),
        contract_reference: trail.text("contract_reference", "BT-12", root, "ContractDocumentReference/ID"),
        preceding_invoices: trail.texts(
            "preceding_invoices",
            "BT-25",
            root,
            "BillingReference/InvoiceDocumentReference|CreditNoteDocumentReference|SelfBilledInvoiceDocumentReference/ID",
        ),
        seller: party::read(xml::first(root, "AccountingSupplierParty/Party"), "seller", &mut trail),
        buyer: party::read(xml::first(root, "AccountingCustomerParty/Party"), "buyer", &mut trail),
        payee: xml::first(root, "PayeeParty").map(|node| party::read(Some(node), "payee", &mut trail)),
        notes: notes(root, &mut trail),
        delivered_on: xml::first(root, "Delivery/ActualDeliveryDate").and_then(|node| trail.date("delivered_on", "BT-72", node)),
        instalments: instalments(root, &mut trail)?,
        vat: Vat {
            categories: xml::texts(root, "TaxTotal/TaxSubtotal/TaxCategory/ID"),
            exemptions: xml::texts(root, "TaxTotal/TaxSubtotal/TaxCategory/TaxExemptionReason|TaxExemptionReasonCode"),
        },
        business_process: trail.text("business_process", "BT-23", root, "ProfileID"),
    };
    draft.finish(trail)
}

/// BT-9: `DueDate` on an invoice; on a credit note, and in plain UBL, the latest `PaymentDueDate` (trap 6).
fn due_on(root: Node<'_, '_>, trail: &mut Trail) -> Option<chrono::NaiveDate> {
    let header = xml::all(root, "DueDate").into_iter().find_map(|node| trail.date("due_on_stated", "BT-9", node));
    if header.is_some() {
        return header;
    }
    let latest = |nodes: Vec<Node<'_, '_>>, trail: &mut Trail| {
        let (node, date) =
            nodes.into_iter().filter_map(|node| Some((node, normalise::date(&xml::text(node)?)?))).max_by_key(|(_, date)| *date)?;
        trail.seen("due_on_stated", "BT-9", node);
        Some(date)
    };
    latest(xml::all(root, "PaymentMeans/PaymentDueDate"), trail).or_else(|| {
        let nodes = xml::all(root, "PaymentTerms")
            .into_iter()
            .filter(|term| xml::text_at(*term, "SettlementDiscountPercent").is_none())
            .flat_map(|term| xml::all(term, "PaymentDueDate|InstallmentDueDate"))
            .collect();
        latest(nodes, trail)
    })
}

fn currency(root: Node<'_, '_>, trail: &mut Trail) -> Option<String> {
    trail.text("currency", "BT-5", root, "DocumentCurrencyCode").or_else(|| {
        let amount = xml::all(root, "LegalMonetaryTotal/PayableAmount|TaxInclusiveAmount")
            .into_iter()
            .find(|node| xml::attribute(*node, "currencyID").is_some())?;
        let currency = xml::attribute(amount, "currencyID");
        trail.rule("currency", format!("{}/@currencyID: BT-5 is not stated", xml::place(amount)));
        currency
    })
}

fn amounts(root: Node<'_, '_>, trail: &mut Trail) -> Result<Amounts, Refusal> {
    let mut of = |field: &str, term: &str, name: &str| {
        let nodes = xml::all(root, &format!("LegalMonetaryTotal/{name}"));
        trail.amount(field, term, &nodes)
    };
    Ok(Amounts {
        total: of("total", "BT-112", "TaxInclusiveAmount")?,
        prepaid: of("prepaid", "BT-113", "PrepaidAmount")?,
        rounding: of("rounding", "BT-114", "PayableRoundingAmount")?,
        payable: of("payable", "BT-115", "PayableAmount")?,
    })
}

/// BT-84: UBL has one element for IBANs and for other accounts.
fn accounts(root: Node<'_, '_>, trail: &mut Trail) -> (Vec<String>, Vec<String>) {
    let (mut ibans, mut others) = (Vec::new(), Vec::new());
    let mut known = BTreeSet::new();
    for node in xml::all(root, "PaymentMeans/PayeeFinancialAccount/ID") {
        let Some(text) = xml::text(node) else {
            continue;
        };
        let iban = normalise::looks_like_iban(&text) || xml::attribute(node, "schemeID").is_some_and(|id| id.eq_ignore_ascii_case("IBAN"));
        let (list, field) = if iban { (&mut ibans, "payee_ibans") } else { (&mut others, "payee_accounts") };
        if list.is_empty() {
            trail.seen(field, "BT-84", node);
        }
        if known.insert(text.clone()) {
            list.push(text);
        }
    }
    (ibans, others)
}

/// BG-1, with the `#CODE#text` convention for BT-21.
fn notes(root: Node<'_, '_>, trail: &mut Trail) -> Vec<Note> {
    let mut notes = Vec::new();
    for node in xml::all(root, "Note") {
        let Some(text) = xml::text(node) else {
            continue;
        };
        if notes.is_empty() {
            trail.seen("notes", "BT-22", node);
        }
        notes.push(note(text));
    }
    notes
}

fn note(text: String) -> Note {
    let coded = text
        .strip_prefix('#')
        .and_then(|rest| rest.split_once('#'))
        .filter(|(code, _)| code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    match coded {
        Some((code, rest)) => Note { subject: Some(code.to_owned()), text: rest.trim().to_owned() },
        None => Note { subject: None, text },
    }
}

/// Several payment terms with an amount of their own are instalments; a settlement discount is none.
fn instalments(root: Node<'_, '_>, trail: &mut Trail) -> Result<Vec<Instalment>, Refusal> {
    let mut parts = Vec::new();
    for term in xml::all(root, "PaymentTerms") {
        if xml::text_at(term, "SettlementDiscountPercent").is_some() {
            continue;
        }
        let dates = xml::all(term, "InstallmentDueDate|PaymentDueDate");
        let due_on = dates.into_iter().find_map(|node| normalise::date(&xml::text(node)?));
        let amount = xml::all(term, "Amount");
        if let (Some(due_on), Some(amount)) = (due_on, trail.amount("instalments", "", &amount)?) {
            parts.push(Instalment { due_on: Some(due_on), amount });
        }
    }
    Ok(parts)
}
