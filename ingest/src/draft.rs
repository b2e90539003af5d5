//! What both syntaxes read before the rules common to them apply.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::extracted::{Extracted, Instalment, Note, Syntax, Vat};
use crate::kind;
use crate::normalise;
use crate::party::Party;
use crate::refusal::Refusal;
use crate::trail::Trail;

/// BT-23 of an invoice already paid when issued (BR-FR-CO-09).
const PAID_PROCESSES: [&str; 3] = ["B2", "S2", "M2"];
/// BT-81 codes of direct debits.
const DEBIT_MEANS: [&str; 2] = ["49", "59"];

/// The amounts of BG-22 that matter to a debt.
#[derive(Default)]
pub(crate) struct Amounts {
    pub(crate) total: Option<Decimal>,
    pub(crate) prepaid: Option<Decimal>,
    pub(crate) rounding: Option<Decimal>,
    pub(crate) payable: Option<Decimal>,
}

/// A document as its syntax tells it.
pub(crate) struct Draft {
    pub(crate) syntax: Syntax,
    pub(crate) credit_root: bool,
    pub(crate) self_billed_root: bool,
    pub(crate) type_code: Option<String>,
    pub(crate) number: String,
    pub(crate) issued_on: NaiveDate,
    pub(crate) due_on_stated: Option<NaiveDate>,
    pub(crate) currency: Option<String>,
    pub(crate) amounts: Amounts,
    pub(crate) payment_terms: Vec<String>,
    pub(crate) payment_reference: Option<String>,
    pub(crate) payment_means: Vec<String>,
    pub(crate) payee_ibans: Vec<String>,
    pub(crate) payee_accounts: Vec<String>,
    pub(crate) mandate_id: Option<String>,
    pub(crate) buyer_reference: Option<String>,
    pub(crate) order_reference: Option<String>,
    pub(crate) contract_reference: Option<String>,
    pub(crate) preceding_invoices: Vec<String>,
    pub(crate) seller: Party,
    pub(crate) buyer: Party,
    pub(crate) payee: Option<Party>,
    pub(crate) notes: Vec<Note>,
    pub(crate) delivered_on: Option<NaiveDate>,
    pub(crate) instalments: Vec<Instalment>,
    pub(crate) vat: Vat,
    pub(crate) business_process: Option<String>,
}

impl Draft {
    /// Applies the common rules.
    pub(crate) fn finish(self, mut trail: Trail) -> Result<Extracted, Refusal> {
        kind::check_type(self.type_code.as_deref())?;
        let currency = currency(self.currency)?;
        let (total, payable) = self.amounts.settle(&mut trail)?;
        let effect = kind::effect(self.credit_root, self.type_code.as_deref(), total);
        trail.rule("kind", effect.rule);
        let signed = |amount: Decimal| match effect.turn {
            true if !amount.is_zero() => -amount,
            _ => amount,
        };
        let paid_process = self.business_process.as_deref().filter(|process| PAID_PROCESSES.contains(process));
        let already_paid = paid_process.is_some() || payable.is_zero();
        match paid_process {
            Some(process) => {
                trail.rule("already_paid", format!("business process {process} (BT-23): paid when issued, BT-9 is the day of payment"))
            }
            None if already_paid => trail.rule("already_paid", "nothing payable (BT-115 is 0)"),
            None => {}
        }
        let debit = self.payment_means.iter().find(|means| DEBIT_MEANS.contains(&means.as_str()));
        match (debit, &self.mandate_id) {
            (Some(means), _) => trail.rule("direct_debit", format!("payment means {means} (BT-81)")),
            (None, Some(_)) => trail.rule("direct_debit", "a mandate is stated (BT-89)"),
            (None, None) => {}
        }
        Ok(Extracted {
            syntax: self.syntax,
            kind: effect.kind,
            self_billed: self.self_billed_root || kind::is_self_billed(self.type_code.as_deref()),
            type_code: self.type_code,
            number: self.number,
            issued_on: self.issued_on,
            due_on_stated: self.due_on_stated,
            currency,
            total: signed(total),
            payable: signed(payable),
            prepaid: self.amounts.prepaid.map(signed),
            rounding: self.amounts.rounding.map(signed),
            payment_terms: self.payment_terms,
            payment_reference: self.payment_reference,
            direct_debit: debit.is_some() || self.mandate_id.is_some(),
            payment_means: self.payment_means,
            payee_ibans: self.payee_ibans,
            payee_accounts: self.payee_accounts,
            mandate_id: self.mandate_id,
            buyer_reference: self.buyer_reference,
            order_reference: self.order_reference,
            contract_reference: self.contract_reference,
            preceding_invoices: self.preceding_invoices,
            seller: self.seller,
            buyer: self.buyer,
            payee: self.payee,
            notes: self.notes,
            delivered_on: self.delivered_on,
            instalments: self.instalments.into_iter().map(|part| Instalment { amount: signed(part.amount), ..part }).collect(),
            vat: self.vat,
            already_paid,
            business_process: self.business_process,
            provenance: trail.into_provenance(),
        })
    }
}

impl Amounts {
    /// Total and payable, one worked out from the other when only one is stated: BT-115 = BT-112 - BT-113 + BT-114.
    fn settle(&self, trail: &mut Trail) -> Result<(Decimal, Decimal), Refusal> {
        let prepaid = self.prepaid.unwrap_or_default();
        let rounding = self.rounding.unwrap_or_default();
        let too_long = || Refusal::malformed("the amounts are too large to be added");
        match (self.total, self.payable) {
            (Some(total), Some(payable)) => Ok((total, payable)),
            (Some(total), None) => {
                trail.rule("payable", "not stated: BT-112 - BT-113 + BT-114");
                let payable = total.checked_sub(prepaid).and_then(|amount| amount.checked_add(rounding)).ok_or_else(too_long)?;
                Ok((total, payable))
            }
            (None, Some(payable)) => {
                trail.rule("total", "not stated: BT-115 + BT-113 - BT-114");
                let total = payable.checked_add(prepaid).and_then(|amount| amount.checked_sub(rounding)).ok_or_else(too_long)?;
                Ok((total, payable))
            }
            (None, None) => Err(Refusal::malformed("neither a payable amount (BT-115) nor a total (BT-112) is stated")),
        }
    }
}

fn currency(stated: Option<String>) -> Result<String, Refusal> {
    let stated = stated.ok_or_else(|| Refusal::malformed("no currency (BT-5), nor one on the amounts"))?;
    let code = stated.to_ascii_uppercase();
    if code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase()) {
        Ok(code)
    } else {
        Err(Refusal::malformed(format!("the currency (BT-5) is not an ISO 4217 code: {}", normalise::quote(&stated))))
    }
}

/// The number and issue date, without which a document is nobody's.
pub(crate) fn identity(number: Option<String>, issued: Option<&str>) -> Result<(String, NaiveDate), Refusal> {
    let number = number.ok_or_else(|| Refusal::malformed("the document has no number (BT-1)"))?;
    let issued = issued.ok_or_else(|| Refusal::malformed("the document has no issue date (BT-2)"))?;
    let issued_on = normalise::date(issued)
        .ok_or_else(|| Refusal::malformed(format!("the issue date (BT-2) cannot be read: {}", normalise::quote(issued))))?;
    Ok((number, issued_on))
}
