//! What was due at the end of any day.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{Allocation, LedgerFacts, LedgerInvoice, Origin, book::Funds};
use crate::{
    ids::InvoiceId,
    money::{Currency, Money, totals},
};

/// What one invoice owes. Minor units of its currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceBalance {
    /// The invoice.
    pub invoice: InvoiceId,
    /// Currency of the amounts.
    pub currency: Currency,
    /// To be paid, as stated; 0 when voided.
    pub payable: i64,
    /// Set against it from payments.
    pub paid: i64,
    /// Set against it from credit notes.
    pub credited: i64,
    /// Still due: `payable - paid - credited`, never below 0.
    pub amount_due: i64,
    /// Day the latest part that counts did so first; never before the issue.
    pub last_settled_on: Option<NaiveDate>,
}

/// What one customer owes, and what we hold of theirs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Balance {
    /// Every invoice issued by then, oldest due first, settled and voided ones too.
    pub invoices: Vec<InvoiceBalance>,
    /// Money in hand that is set against nothing, by value day; only what is more than 0.
    pub unapplied: Vec<(Origin, Money)>,
    /// Sums of what is due, by currency; only where something is.
    pub totals_due: Vec<Money>,
}

/// The balance at the end of a day, or as of all facts known (`None`).
///
/// An invoice exists from its day of issue; a payment is ours from its value day until before
/// the day it was taken back; a credit note counts from its issue. When two allocations of a day
/// come to more than the invoice (one was made after the other was taken back, on a later day),
/// the one made first counts and the rest of the other was unapplied that day.
pub fn balance_on(facts: &LedgerFacts, allocations: &[Allocation], on: Option<NaiveDate>) -> Balance {
    let mut money = money_in_hand(facts, on);
    let issued = |invoice: &&LedgerInvoice| on.is_none_or(|day| invoice.issued_on <= day);
    let mut lines: BTreeMap<InvoiceId, Line<'_>> =
        facts.invoices.iter().filter(issued).map(|invoice| (invoice.id, Line::new(invoice))).collect();
    for allocation in counting(allocations, on) {
        let line = lines.get_mut(&allocation.invoice);
        let funds = money.get_mut(&allocation.origin);
        if let (Some(line), Some(funds)) = (line, funds) {
            line.take(allocation, funds);
        }
    }
    let mut lines: Vec<Line<'_>> = lines.into_values().collect();
    lines.sort_by_key(|line| line.invoice.order());
    Balance {
        totals_due: totals(lines.iter().filter_map(Line::due)),
        unapplied: unapplied(money),
        invoices: lines.into_iter().map(|line| line.balance).collect(),
    }
}

/// Allocations that count that day, in the order they were made.
fn counting(allocations: &[Allocation], on: Option<NaiveDate>) -> Vec<&Allocation> {
    let mut counting: Vec<&Allocation> = allocations.iter().collect();
    counting.retain(|allocation| allocation.counts_on(on));
    counting.sort_by_key(|a| (a.made_at, a.on, a.origin, a.invoice, a.rule));
    counting
}

/// An invoice of the balance while it is being added up.
struct Line<'a> {
    invoice: &'a LedgerInvoice,
    balance: InvoiceBalance,
}

impl<'a> Line<'a> {
    fn new(invoice: &'a LedgerInvoice) -> Self {
        let balance = InvoiceBalance {
            invoice: invoice.id,
            currency: invoice.currency,
            payable: if invoice.voided { 0 } else { invoice.payable },
            paid: 0,
            credited: 0,
            amount_due: invoice.owed(),
            last_settled_on: None,
        };
        Self { invoice, balance }
    }

    fn take(&mut self, allocation: &Allocation, money: &mut InHand<'_>) {
        let balance = &mut self.balance;
        let amount = allocation.amount.min(balance.amount_due).min(money.left);
        if amount <= 0 {
            return;
        }
        let side = match allocation.origin {
            Origin::Payment(_) => &mut balance.paid,
            Origin::CreditNote(_) => &mut balance.credited,
        };
        *side = side.saturating_add(amount);
        money.left = money.left.saturating_sub(amount);
        balance.amount_due = balance.amount_due.saturating_sub(amount);
        let counts_from = allocation.on.max(self.invoice.issued_on);
        balance.last_settled_on = balance.last_settled_on.max(Some(counts_from));
    }

    fn due(&self) -> Option<Money> {
        let due = self.balance.amount_due;
        (due > 0).then(|| self.invoice.currency.minor(due))
    }
}

/// Money we have that day.
struct InHand<'a> {
    funds: Funds,
    external_id: &'a str,
    /// Not yet set against an invoice, minor units.
    left: i64,
}

fn money_in_hand(facts: &LedgerFacts, on: Option<NaiveDate>) -> BTreeMap<Origin, InHand<'_>> {
    let payments = facts.payments.iter();
    let credits = facts.credits.iter();
    payments
        .map(|payment| (Funds::from(payment), payment.external_id.as_str()))
        .chain(credits.map(|credit| (Funds::from(credit), credit.external_id.as_str())))
        .filter(|(funds, _)| funds.in_hand(on))
        .map(|(funds, external_id)| {
            let left = funds.money.minor;
            let money = InHand { funds, external_id, left };
            (funds.origin, money)
        })
        .collect()
}

/// What is left of the money, by value day.
fn unapplied(money: BTreeMap<Origin, InHand<'_>>) -> Vec<(Origin, Money)> {
    let mut rest: Vec<InHand<'_>> = money.into_values().collect();
    rest.retain(|money| money.left > 0);
    rest.sort_by_key(|money| (money.funds.on, money.external_id, money.funds.origin));
    rest.into_iter().map(|InHand { funds, left, .. }| (funds.origin, funds.money.currency.minor(left))).collect()
}
