//! Allocations made before this instant: kept, unless a fact they rest on has changed.

use std::collections::BTreeMap;

use super::{
    Allocation, AllocationRule, LedgerCredit, LedgerFacts, LedgerPayment, Origin,
    book::{Book, Funds},
};
use crate::{ids::InvoiceId, money::Currency};

/// The fact an allocation takes its money from.
#[derive(Clone, Copy)]
enum Fact<'a> {
    Payment(&'a LedgerPayment),
    Credit(&'a LedgerCredit),
}

impl Fact<'_> {
    fn funds(self) -> Funds {
        match self {
            Self::Payment(payment) => payment.into(),
            Self::Credit(credit) => credit.into(),
        }
    }

    /// How much the source still wants on that invoice: what it states or names wins over what
    /// was made before; where it says nothing, anything may stay.
    fn wanted(self, rule: AllocationRule, invoice: InvoiceId) -> i64 {
        match self {
            Self::Payment(payment) if payment.stated.is_none() => i64::MAX,
            Self::Payment(payment) if rule == AllocationRule::Stated => payment.stated_for(invoice),
            Self::Payment(_) => 0,
            Self::Credit(credit) if credit.invoice.is_none_or(|named| named == invoice) => i64::MAX,
            Self::Credit(_) => 0,
        }
    }
}

/// Puts the allocations made strictly before now back into the book, the most certain and then
/// the oldest first. Their value day and reversal follow the payment. One is reduced or dropped
/// when its origin or invoice is gone or no longer covers it, or its source now says otherwise.
pub(super) fn keep(book: &mut Book<'_>, currency: Currency, facts: &LedgerFacts) {
    let origins = origins(currency, facts);
    let now = book.now();
    let mut pinned: Vec<&Allocation> = facts.allocations.iter().collect();
    pinned.retain(|allocation| allocation.made_at < now);
    pinned.sort_by_key(|a| (a.rule, a.made_at, a.origin, a.invoice, a.amount));
    for allocation in pinned {
        if let Some(fact) = origins.get(&allocation.origin) {
            keep_one(book, *fact, allocation);
        }
    }
}

fn keep_one(book: &mut Book<'_>, fact: Fact<'_>, allocation: &Allocation) {
    let Allocation { origin, invoice, amount, rule, made_at, .. } = *allocation;
    let funds = fact.funds();
    let wanted = fact.wanted(rule, invoice);
    let missing = wanted.saturating_sub(book.set_against(origin, invoice));
    // Taken back: history, which the invoice being covered by another since does not undo.
    let room = match funds.reversed_on {
        None => book.open(&funds, invoice),
        Some(_) => book.owed(invoice),
    };
    let amount = amount.min(missing).min(room).min(book.left(&funds));
    book.record(&funds, invoice, amount, rule, made_at);
}

fn origins(currency: Currency, facts: &LedgerFacts) -> BTreeMap<Origin, Fact<'_>> {
    let payments = facts.payments.iter().filter(|p| p.currency == currency);
    let credits = facts.credits.iter().filter(|c| c.currency == currency);
    payments
        .map(|payment| (Origin::Payment(payment.id), Fact::Payment(payment)))
        .chain(credits.map(|credit| (Origin::CreditNote(credit.id), Fact::Credit(credit))))
        .collect()
}
