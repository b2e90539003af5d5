//! Finds what a payment that states nothing was for: certain first, and never a guess between two.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    AllocationRule, LedgerInvoice, LedgerPayment,
    book::{Book, Funds, only},
    subset::{MAX_ITEMS, SubsetSums},
};
use crate::ids::InvoiceId;

/// A reference as it is compared: case, white space and `-/.` do not matter.
pub fn normalise_reference(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '/' | '.')).flat_map(char::to_uppercase).collect()
}

/// Normalised payment reference or number → the invoices that carry it, voided ones too: money
/// that names a voided invoice is not for another one.
pub(super) struct References(BTreeMap<String, BTreeSet<InvoiceId>>);

impl References {
    /// The references of these invoices.
    pub fn of<'a>(invoices: impl Iterator<Item = &'a LedgerInvoice>) -> Self {
        let mut known = BTreeMap::<String, BTreeSet<InvoiceId>>::new();
        for invoice in invoices {
            let texts = [Some(&invoice.number), invoice.payment_reference.as_ref()];
            for text in texts.into_iter().flatten() {
                let ids = known.entry(normalise_reference(text)).or_default();
                ids.insert(invoice.id);
            }
        }
        known.remove("");
        Self(known)
    }

    fn named_by(&self, payment: &LedgerPayment) -> Option<&BTreeSet<InvoiceId>> {
        let reference = payment.reference.as_deref()?;
        self.0.get(&normalise_reference(reference))
    }
}

/// Matches the rest of the payments that state nothing, given in canonical order.
///
/// Each rule goes over all of them before the next one begins, and what one decides may leave
/// only one possibility to a stronger one: then it is asked again, until nothing moves. So the
/// outcome is the same when it is fed back later. A payment that names an invoice is never
/// matched by amount, whatever is left of it.
pub(super) fn match_rest(book: &mut Book<'_>, references: &References, payments: &[&LedgerPayment]) {
    let mut named = Vec::new();
    let mut silent = Vec::new();
    for payment in payments.iter().filter(|p| p.stated.is_none()) {
        match references.named_by(payment) {
            Some(invoices) => named.push((Funds::from(*payment), invoices)),
            None => silent.push(Funds::from(*payment)),
        }
    }
    // Every round closes an invoice or uses up a payment, so this ends.
    while by_reference(book, &named) || by_amount(book, &silent) || by_set(book, &silent) {
        named.retain(|(funds, _)| book.left(funds) > 0);
        silent.retain(|funds| book.left(funds) > 0);
    }
}

fn by_reference(book: &mut Book<'_>, payments: &[(Funds, &BTreeSet<InvoiceId>)]) -> bool {
    let mut changed = false;
    for (funds, invoices) in payments {
        let open = invoices.iter().filter(|id| book.open(funds, **id) > 0);
        if let Some(invoice) = only(open.copied()) {
            changed |= book.put(funds, invoice, i64::MAX, AllocationRule::Reference);
        }
    }
    changed
}

fn by_amount(book: &mut Book<'_>, payments: &[Funds]) -> bool {
    let mut changed = false;
    for funds in payments {
        let left = book.left(funds);
        if let Some(invoice) = book.only_one_of(funds, left).filter(|_| left > 0) {
            changed |= book.put(funds, invoice, left, AllocationRule::ExactAmount);
        }
    }
    changed
}

fn by_set(book: &mut Book<'_>, payments: &[Funds]) -> bool {
    let mut changed = false;
    let mut sums = SubsetSums::default();
    for funds in payments {
        let left = book.left(funds);
        let open = book.open_invoices(funds, MAX_ITEMS + 1);
        if left <= 0 || open.is_empty() || open.len() > MAX_ITEMS {
            continue;
        }
        if sums.items() != open {
            sums = SubsetSums::of(open);
        }
        for (invoice, amount) in sums.only_one_of(left) {
            changed |= book.put(funds, invoice, amount, AllocationRule::ExactSet);
        }
    }
    changed
}
