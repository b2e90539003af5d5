//! Late charges of a customer's ledger: who may be asked for what, and what each invoice comes to.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::{
    book::{RateBook, RateUnknown},
    debt::{CreditMode, Debt, Movement, MovementKind, Reckoning},
    engine::{reckon, reckon_until},
    regime::Regime,
    terms::Terms,
};
use crate::{
    customer::CustomerKind,
    ids::{CreditNoteId, InvoiceId},
    ledger::{Allocation, LedgerInvoice, Origin},
    money::{Currency, Money},
    policy::ChargesRules,
};

/// What a creditor may ask of one customer beside the principal. There is none for a consumer or a customer of unknown
/// kind: a consumer's interest needs a formal notice and a person (C. civ. 1231-6), its fees do not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claimant {
    /// The regime and the professional debtor it meets.
    pub terms: Terms,
    /// The creditor confirmed its terms as printed on its invoices: interest has a figure.
    pub confirmed: bool,
    /// The policy asks for the fixed compensation.
    pub fixed_compensation: bool,
}

impl Claimant {
    /// Of a customer under a policy. A French regime made for another kind of debtor gives way to the law's own: a
    /// contract cannot lower what a public body owes (CCP L2192-14).
    pub fn of(kind: CustomerKind, rules: Option<&ChargesRules>, penalty_terms: Option<&str>) -> Option<Self> {
        let rules = rules?;
        let law = Regime::of_the_law(kind)?; // professionals and public bodies only
        let stated = rules.regime.unwrap_or(law);
        let french = stated.rule().word.starts_with("fr_");
        let terms = match Terms::for_customer(kind, stated) {
            Ok(terms) => terms,
            Err(_) if french => Terms::for_customer(kind, law).ok()?,
            Err(_) => return None,
        };
        let terms = terms.counted(rules.day_count, rules.imputation);
        let confirmed = penalty_terms.is_some_and(|terms| !terms.trim().is_empty());
        Some(Self { terms, confirmed, fixed_compensation: rules.fixed_compensation })
    }

    /// What an invoice comes to at the end of a day.
    pub fn charges(&self, invoice: InvoiceId, currency: Currency, debt: &Debt, as_of: NaiveDate, book: &RateBook) -> InvoiceCharges {
        let terms = if self.fixed_compensation { self.terms.in_currency(currency) } else { self.terms.without_compensation() };
        let (reckoning, unknown) = if self.confirmed { known(debt, &terms, as_of, book) } else { (None, None) };
        let owed = debt.late(as_of).filter(|_| self.fixed_compensation).and_then(|unpaid| self.terms.compensation(unpaid));
        InvoiceCharges { invoice, currency, reckoning, unknown, compensation: owed.map(|owed| owed.money()) }
    }
}

/// As far as rates are known: up to the last day before the first half-year without one.
fn known(debt: &Debt, terms: &Terms, as_of: NaiveDate, book: &RateBook) -> (Option<Reckoning>, Option<RateUnknown>) {
    match reckon(debt, terms, as_of, book) {
        Ok(done) => (Some(done), None),
        Err(unknown) => (reckon_until(debt, terms, as_of, unknown.known_until(), book).ok(), Some(unknown)),
    }
}

/// Late charges of one invoice at a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceCharges {
    /// The invoice.
    pub invoice: InvoiceId,
    /// Its currency.
    pub currency: Currency,
    /// Interest; `None`: the creditor has not confirmed its printed terms, so there is no figure.
    pub reckoning: Option<Reckoning>,
    /// The rate for want of which interest stops.
    pub unknown: Option<RateUnknown>,
    /// The fixed compensation, in the currency of the law.
    pub compensation: Option<Money>,
}

impl InvoiceCharges {
    /// Interest, where it has a figure.
    pub fn interest(&self) -> Option<Money> {
        self.reckoning.as_ref().map(|done| self.currency.minor(done.interest))
    }

    /// Is nothing owed beside the principal?
    pub fn is_empty(&self) -> bool {
        self.compensation.is_none() && self.reckoning.as_ref().is_none_or(|done| done.interest == 0)
    }
}

/// An invoice of the ledger as late charges see it, with what was set against it and counts at the end of a day.
/// `from_the_start` names the credit notes that correct the invoice.
pub fn movements_of(
    invoice: &LedgerInvoice,
    allocations: &[Allocation],
    from_the_start: &BTreeSet<CreditNoteId>,
    insolvency_on: Option<NaiveDate>,
    as_of: NaiveDate,
) -> Debt {
    let counts = allocations.iter().filter(|one| one.invoice == invoice.id && one.counts_on(Some(as_of)));
    let movement = |one: &Allocation| Movement {
        on: one.on,
        amount: one.amount,
        kind: match one.origin {
            Origin::Payment(_) => MovementKind::Payment,
            Origin::CreditNote(id) if from_the_start.contains(&id) => MovementKind::CreditNote(CreditMode::AbInitio),
            Origin::CreditNote(_) => MovementKind::CreditNote(CreditMode::FromDate),
        },
    };
    Debt {
        total: invoice.owed(),
        retention: 0,
        due_on: invoice.due_on,
        formal_notice_on: None,
        insolvency_on,
        justified_costs: 0,
        movements: counts.map(movement).collect(),
    }
}
