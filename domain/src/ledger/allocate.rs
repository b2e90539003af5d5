//! Sets payments and credit notes against invoices, from facts alone.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::{
    Allocation, AllocationRule, LedgerCredit, LedgerFacts, LedgerPayment,
    book::{Book, Funds},
    matching::{References, match_rest},
    pinned,
};
use crate::money::Currency;

/// The allocations of one customer, within each currency, in order of their value day.
///
/// Those made strictly before `now` stay (see `pinned`); those made at `now` are computed anew,
/// so that facts delivered while the clock stands still end in the same allocations in whatever
/// order and batches they came. From certain to least certain, each rule over all its money in
/// the order (value day, external id):
///
/// 1. what a payment states, 2. the invoice a credit note names, 3. a payment's reference,
/// 4. the one open invoice of that amount, 5. the one set of open invoices of that amount.
///
/// What none of them decides stays unapplied. Payments taken back come last: what is left of
/// their past is history and keeps nothing from the others.
pub fn allocate(facts: &LedgerFacts, now: DateTime<Utc>) -> Vec<Allocation> {
    let currencies: BTreeSet<Currency> = facts.invoices.iter().map(|i| i.currency).collect();
    let mut allocations: Vec<Allocation> = currencies.into_iter().flat_map(|currency| allocate_in(currency, facts, now)).collect();
    allocations.sort_by_key(|a| (a.on, a.made_at, a.origin, a.invoice, a.rule));
    allocations
}

fn allocate_in(currency: Currency, facts: &LedgerFacts, now: DateTime<Utc>) -> Vec<Allocation> {
    let (reversed, standing) = payments_in(currency, facts);
    let references = References::of(facts.invoices.iter().filter(|i| i.currency == currency));
    let mut book = Book::new(currency, &facts.invoices, now);

    pinned::keep(&mut book, currency, facts);
    set_stated(&mut book, &standing);
    set_named(&mut book, &credits_in(currency, facts));
    match_rest(&mut book, &references, &standing);
    set_stated(&mut book, &reversed);
    match_rest(&mut book, &references, &reversed);
    book.into_allocations()
}

/// Payments taken back, and the others, each in canonical order.
fn payments_in(currency: Currency, facts: &LedgerFacts) -> (Vec<&LedgerPayment>, Vec<&LedgerPayment>) {
    let mut payments: Vec<_> = facts.payments.iter().filter(|payment| payment.currency == currency).collect();
    payments.sort_by_key(|p| (p.paid_on, &p.external_id, p.amount, p.id));
    payments.into_iter().partition(|payment| payment.reversed_on.is_some())
}

fn credits_in(currency: Currency, facts: &LedgerFacts) -> Vec<&LedgerCredit> {
    let mut credits: Vec<_> = facts.credits.iter().filter(|credit| credit.currency == currency).collect();
    credits.sort_by_key(|c| (c.issued_on, &c.external_id, c.total, c.id));
    credits
}

/// As the payments state, oldest invoice first, less what is pinned already.
fn set_stated(book: &mut Book<'_>, payments: &[&LedgerPayment]) {
    for payment in payments {
        let funds = Funds::from(*payment);
        let stated: BTreeSet<_> = payment.stated.iter().flatten().map(|(id, _)| *id).collect();
        for invoice in book.oldest_first(stated) {
            let wanted = payment.stated_for(invoice);
            let missing = wanted.saturating_sub(book.set_against(funds.origin, invoice));
            book.put(&funds, invoice, missing, AllocationRule::Stated);
        }
    }
}

/// Credit notes to the invoice they name, as far as it is open.
fn set_named(book: &mut Book<'_>, credits: &[&LedgerCredit]) {
    for credit in credits {
        if let Some(invoice) = credit.invoice {
            let funds = Funds::from(*credit);
            book.put(&funds, invoice, i64::MAX, AllocationRule::NamedInvoice);
        }
    }
}
