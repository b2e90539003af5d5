//! UN/CEFACT Cross Industry Invoice (D16B, D22B) and its ancestor, ZUGFeRD 1.0.
//!
//! ZUGFeRD 1.0 names the upper elements differently and, in BASIC, states no payable amount; the leaves are
//! the same, so that one set of paths reads both.

mod party;
mod terms;

use roxmltree::Node;

use crate::draft::{Amounts, Draft, identity};
use crate::extracted::{Extracted, Note, Syntax, Vat};
use crate::kind;
use crate::refusal::Refusal;
use crate::trail::Trail;
use crate::xml;

const DOCUMENT: &str = "ExchangedDocument|HeaderExchangedDocument";
const CONTEXT: &str = "ExchangedDocumentContext|SpecifiedExchangedDocumentContext";
const TRANSACTION: &str = "SupplyChainTradeTransaction|SpecifiedSupplyChainTradeTransaction";
const AGREEMENT: &str = "ApplicableHeaderTradeAgreement|ApplicableSupplyChainTradeAgreement";
const DELIVERY: &str = "ApplicableHeaderTradeDelivery|ApplicableSupplyChainTradeDelivery";
const SETTLEMENT: &str = "ApplicableHeaderTradeSettlement|ApplicableSupplyChainTradeSettlement";
const SUMMATION: &str = "SpecifiedTradeSettlementHeaderMonetarySummation|SpecifiedTradeSettlementMonetarySummation";
const MEANS: &str = "SpecifiedTradeSettlementPaymentMeans";

pub(crate) fn read(root: Node<'_, '_>) -> Result<Extracted, Refusal> {
    let mut trail = Trail::default();
    if root.tag_name().name() == "CrossIndustryDocument" {
        trail.rule("syntax", "ZUGFeRD 1.0 (CrossIndustryDocument)");
    }
    let missing = |name: &str| Refusal::malformed(format!("the document has no {name}"));
    let document = xml::first(root, DOCUMENT).ok_or_else(|| missing("ExchangedDocument"))?;
    let type_code = trail.text("type_code", "BT-3", document, "TypeCode");
    kind::check_type(type_code.as_deref())?;
    let transaction = xml::first(root, TRANSACTION).ok_or_else(|| missing("SupplyChainTradeTransaction"))?;
    let agreement = xml::first(transaction, AGREEMENT).ok_or_else(|| missing("ApplicableHeaderTradeAgreement"))?;
    let settlement = xml::first(transaction, SETTLEMENT).ok_or_else(|| missing("ApplicableHeaderTradeSettlement"))?;
    let number = trail.text("number", "BT-1", document, "ID");
    let issued = trail.text("issued_on", "BT-2", document, "IssueDateTime/DateTimeString|DateTime|Date");
    let (number, issued_on) = identity(number, issued.as_deref())?;
    let currency = currency(settlement, &mut trail);
    let terms = terms::read(settlement, issued_on, &mut trail)?;
    let means = |field: &str, term: &str, path: &str, trail: &mut Trail| trail.texts(field, term, settlement, &format!("{MEANS}/{path}"));
    let draft = Draft {
        syntax: Syntax::Cii,
        credit_root: false,
        self_billed_root: false,
        type_code,
        number,
        issued_on,
        due_on_stated: terms.due_on,
        amounts: amounts(settlement, currency.as_deref(), &mut trail)?,
        currency,
        payment_terms: terms.texts,
        payment_reference: trail.text("payment_reference", "BT-83", settlement, "PaymentReference"),
        payment_means: means("payment_means", "BT-81", "TypeCode", &mut trail),
        payee_ibans: means("payee_ibans", "BT-84", "PayeePartyCreditorFinancialAccount/IBANID", &mut trail),
        payee_accounts: means("payee_accounts", "BT-84", "PayeePartyCreditorFinancialAccount/ProprietaryID", &mut trail),
        mandate_id: trail.text("mandate_id", "BT-89", settlement, "SpecifiedTradePaymentTerms/DirectDebitMandateID"),
        buyer_reference: trail.text("buyer_reference", "BT-10", agreement, "BuyerReference"),
        order_reference: trail.text("order_reference", "BT-13", agreement, "BuyerOrderReferencedDocument/IssuerAssignedID|ID"),
        contract_reference: trail.text("contract_reference", "BT-12", agreement, "ContractReferencedDocument/IssuerAssignedID|ID"),
        preceding_invoices: trail.texts("preceding_invoices", "BT-25", settlement, "InvoiceReferencedDocument/IssuerAssignedID|ID"),
        seller: party::read(xml::first(agreement, "SellerTradeParty"), "seller", &mut trail),
        buyer: party::read(xml::first(agreement, "BuyerTradeParty"), "buyer", &mut trail),
        payee: xml::first(settlement, "PayeeTradeParty").map(|node| party::read(Some(node), "payee", &mut trail)),
        notes: notes(document, &mut trail),
        delivered_on: xml::first(transaction, DELIVERY)
            .and_then(|node| xml::first(node, "ActualDeliverySupplyChainEvent/OccurrenceDateTime/DateTimeString"))
            .and_then(|node| trail.date("delivered_on", "BT-72", node)),
        instalments: terms.instalments,
        vat: Vat {
            categories: xml::texts(settlement, "ApplicableTradeTax/CategoryCode"),
            exemptions: xml::texts(settlement, "ApplicableTradeTax/ExemptionReason|ExemptionReasonCode"),
        },
        business_process: trail.text(
            "business_process",
            "BT-23",
            root,
            &format!("{CONTEXT}/BusinessProcessSpecifiedDocumentContextParameter/ID"),
        ),
    };
    draft.finish(trail)
}

fn currency(settlement: Node<'_, '_>, trail: &mut Trail) -> Option<String> {
    trail.text("currency", "BT-5", settlement, "InvoiceCurrencyCode").or_else(|| {
        let amount = xml::all(settlement, &format!("{SUMMATION}/DuePayableAmount|GrandTotalAmount"))
            .into_iter()
            .find(|node| xml::attribute(*node, "currencyID").is_some())?;
        trail.rule("currency", format!("{}/@currencyID: BT-5 is not stated", xml::place(amount)));
        xml::attribute(amount, "currencyID")
    })
}

/// The header sums. One repeated in the accounting currency is passed over.
fn amounts(settlement: Node<'_, '_>, currency: Option<&str>, trail: &mut Trail) -> Result<Amounts, Refusal> {
    let mut of = |field: &str, term: &str, name: &str| {
        let mut nodes = xml::all(settlement, &format!("{SUMMATION}/{name}"));
        nodes.sort_by_key(|node| {
            let other = xml::attribute(*node, "currencyID");
            other.is_some() && other.as_deref() != currency
        });
        trail.amount(field, term, &nodes)
    };
    Ok(Amounts {
        total: of("total", "BT-112", "GrandTotalAmount")?,
        prepaid: of("prepaid", "BT-113", "TotalPrepaidAmount")?,
        rounding: of("rounding", "BT-114", "RoundingAmount")?,
        payable: of("payable", "BT-115", "DuePayableAmount")?,
    })
}

fn notes(document: Node<'_, '_>, trail: &mut Trail) -> Vec<Note> {
    let mut notes = Vec::new();
    for node in xml::all(document, "IncludedNote") {
        let parts: Vec<String> = xml::all(node, "Content").into_iter().filter_map(xml::text).collect();
        if parts.is_empty() {
            continue;
        }
        if notes.is_empty() {
            trail.seen("notes", "BT-22", node);
        }
        notes.push(Note { subject: xml::text_at(node, "SubjectCode"), text: parts.join("\n") });
    }
    notes
}
