//! The open book of one customer in one currency while allocations are being made.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};

use super::{Allocation, AllocationRule, LedgerCredit, LedgerInvoice, LedgerPayment, Origin, counts};
use crate::{
    ids::InvoiceId,
    money::{Currency, Money},
};

/// The money of a payment or credit note.
#[derive(Debug, Clone, Copy)]
pub(super) struct Funds {
    pub origin: Origin,
    pub money: Money,
    /// Value day: from here on it counts.
    pub on: NaiveDate,
    /// From here on it does not.
    pub reversed_on: Option<NaiveDate>,
}

impl Funds {
    /// Whether we have that money at the end of the day; `None`: as of all facts known.
    pub fn in_hand(&self, day: Option<NaiveDate>) -> bool {
        counts(self.on, self.reversed_on, day)
    }
}

impl From<&LedgerPayment> for Funds {
    fn from(payment: &LedgerPayment) -> Self {
        Self {
            origin: Origin::Payment(payment.id),
            money: payment.currency.minor(payment.amount),
            on: payment.paid_on,
            reversed_on: payment.reversed_on,
        }
    }
}

impl From<&LedgerCredit> for Funds {
    fn from(credit: &LedgerCredit) -> Self {
        Self { origin: Origin::CreditNote(credit.id), money: credit.currency.minor(credit.total), on: credit.issued_on, reversed_on: None }
    }
}

impl LedgerPayment {
    /// What it states for one invoice, minor units; 0 when it states nothing for it.
    pub(super) fn stated_for(&self, invoice: InvoiceId) -> i64 {
        let stated = self.stated.iter().flatten();
        stated.filter(|(id, amount)| *id == invoice && *amount > 0).fold(0, |sum, (_, amount)| sum.saturating_add(*amount))
    }
}

/// An invoice and what has been set against it so far.
struct Entry<'a> {
    invoice: &'a LedgerInvoice,
    made: Vec<Allocation>,
}

impl Entry<'_> {
    fn covered(&self, day: Option<NaiveDate>) -> i64 {
        let counting = self.made.iter().filter(|made| made.counts_on(day));
        counting.fold(0, |sum, made| sum.saturating_add(made.amount))
    }
}

/// Invoices, what is set against them, and what each origin has spent.
pub(super) struct Book<'a> {
    now: DateTime<Utc>,
    entries: BTreeMap<InvoiceId, Entry<'a>>,
    spent: BTreeMap<Origin, i64>,
    /// Amount due → invoices that owe it. Only open ones.
    by_due: BTreeMap<i64, BTreeSet<InvoiceId>>,
    due: BTreeMap<InvoiceId, i64>,
}

impl<'a> Book<'a> {
    /// The invoices of that currency, nothing set against them.
    pub fn new(currency: Currency, invoices: &'a [LedgerInvoice], now: DateTime<Utc>) -> Self {
        let mut book = Self { now, entries: BTreeMap::new(), spent: BTreeMap::new(), by_due: BTreeMap::new(), due: BTreeMap::new() };
        for invoice in invoices.iter().filter(|i| i.currency == currency) {
            let made = Vec::new();
            book.entries.insert(invoice.id, Entry { invoice, made });
            book.set_due(invoice.id, invoice.owed());
        }
        book
    }

    /// The instant of this computation.
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// What the money has left, minor units.
    pub fn left(&self, funds: &Funds) -> i64 {
        let spent = self.spent.get(&funds.origin).copied().unwrap_or_default();
        funds.money.minor.saturating_sub(spent).max(0)
    }

    /// What an invoice asks for before any allocation; 0 when it is not in this book.
    pub fn owed(&self, invoice: InvoiceId) -> i64 {
        let entry = self.entries.get(&invoice);
        entry.map_or(0, |entry| entry.invoice.owed())
    }

    /// What an invoice can take of this money.
    ///
    /// Standing money meets what is due now. Money taken back meets what was due on its day, or
    /// on the day of issue when that came later, and nothing when it had been taken back by then.
    pub fn open(&self, funds: &Funds, invoice: InvoiceId) -> i64 {
        if funds.reversed_on.is_none() {
            return self.due.get(&invoice).copied().unwrap_or_default();
        }
        let Some(entry) = self.entries.get(&invoice) else {
            return 0;
        };
        let day = Some(funds.on.max(entry.invoice.issued_on));
        if !funds.in_hand(day) {
            return 0;
        }
        let owed = entry.invoice.owed();
        owed.saturating_sub(entry.covered(day)).max(0)
    }

    /// The first `at_most` invoices that can take of this money, with what they can take.
    pub fn open_invoices(&self, funds: &Funds, at_most: usize) -> Vec<(InvoiceId, i64)> {
        if funds.reversed_on.is_none() {
            let open = self.by_due.iter();
            let each = open.flat_map(|(due, ids)| ids.iter().map(move |id| (*id, *due)));
            return each.take(at_most).collect();
        }
        let each = self.entries.keys().map(|id| (*id, self.open(funds, *id)));
        each.filter(|(_, open)| *open > 0).take(at_most).collect()
    }

    /// The one invoice that can take exactly `amount` of this money.
    pub fn only_one_of(&self, funds: &Funds, amount: i64) -> Option<InvoiceId> {
        if funds.reversed_on.is_none() {
            return only(self.by_due.get(&amount)?.iter().copied());
        }
        let mut ids = self.entries.keys().copied();
        only(ids.by_ref().filter(|id| self.open(funds, *id) == amount))
    }

    /// What an origin has set against an invoice so far, minor units.
    pub fn set_against(&self, origin: Origin, invoice: InvoiceId) -> i64 {
        let made = self.entries.get(&invoice).map(|entry| entry.made.iter());
        let its = made.into_iter().flatten().filter(|a| a.origin == origin);
        its.fold(0, |sum, a| sum.saturating_add(a.amount))
    }

    /// Those of the invoices that are in this book, oldest due first.
    pub fn oldest_first(&self, ids: impl IntoIterator<Item = InvoiceId>) -> Vec<InvoiceId> {
        let known = ids.into_iter().filter_map(|id| self.entries.get(&id));
        let mut invoices: Vec<&LedgerInvoice> = known.map(|entry| entry.invoice).collect();
        invoices.sort_by_key(|invoice| invoice.order());
        invoices.into_iter().map(|invoice| invoice.id).collect()
    }

    /// Sets money against an invoice, as far as there is some and it is open. True if any was.
    pub fn put(&mut self, funds: &Funds, invoice: InvoiceId, at_most: i64, rule: AllocationRule) -> bool {
        let amount = at_most.min(self.left(funds)).min(self.open(funds, invoice));
        self.record(funds, invoice, amount, rule, self.now)
    }

    /// Writes an allocation down; the caller has limited the amount. False if there was none.
    pub fn record(&mut self, funds: &Funds, invoice: InvoiceId, amount: i64, rule: AllocationRule, made_at: DateTime<Utc>) -> bool {
        let Some(entry) = self.entries.get_mut(&invoice).filter(|_| amount > 0) else {
            return false;
        };
        entry.made.push(Allocation { origin: funds.origin, invoice, amount, on: funds.on, rule, made_at, reversed_on: funds.reversed_on });
        let spent = self.spent.entry(funds.origin).or_default();
        *spent = spent.saturating_add(amount);
        if funds.reversed_on.is_none() {
            let due = self.due.get(&invoice).copied().unwrap_or_default();
            self.set_due(invoice, due.saturating_sub(amount));
        }
        true
    }

    /// Everything set against the invoices.
    pub fn into_allocations(self) -> Vec<Allocation> {
        let entries = self.entries.into_values();
        entries.flat_map(|entry| entry.made).collect()
    }

    fn set_due(&mut self, invoice: InvoiceId, due: i64) {
        let before = self.due.insert(invoice, due).unwrap_or_default();
        if let Some(ids) = self.by_due.get_mut(&before) {
            ids.remove(&invoice);
            if ids.is_empty() {
                self.by_due.remove(&before);
            }
        }
        if due > 0 {
            self.by_due.entry(due).or_default().insert(invoice);
        }
    }
}

/// The item, when there is exactly one.
pub(super) fn only<T>(items: impl IntoIterator<Item = T>) -> Option<T> {
    let mut items = items.into_iter();
    let first = items.next()?;
    items.next().is_none().then_some(first)
}
