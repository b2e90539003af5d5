//! The statement of account of one customer at the end of a day: what was invoiced, credited and paid, what was set
//! against what, what late charges come to, and what is left.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::{
    charges::{Claimant, Debt, InvoiceCharges, RateBook, movements_of},
    ids::{CreditNoteId, CustomerId, InvoiceId},
    ledger::{Allocation, InvoiceBalance, LedgerCredit, LedgerFacts, LedgerInvoice, LedgerPayment, Origin, balance_on},
    money::{Currency, Money},
    records::{FIXED_COMPENSATION, INTEREST, LateChargeRecord},
};

/// What a statement is made from.
#[derive(Debug, Clone)]
pub struct Account {
    /// The customer.
    pub customer_id: CustomerId,
    /// Its ledger, with the allocations made.
    pub facts: LedgerFacts,
    /// Credit notes that correct their invoice from the start.
    pub from_the_start: BTreeSet<CreditNoteId>,
    /// Numbers of the credit notes.
    pub credit_numbers: BTreeMap<CreditNoteId, String>,
    /// What may be asked beside the principal; `None`: nothing.
    pub claimant: Option<Claimant>,
    /// The judgment that opened insolvency proceedings.
    pub insolvency_on: Option<NaiveDate>,
    /// Charges that were claimed.
    pub claimed: Vec<LateChargeRecord>,
    /// Days on which a formal notice of an invoice was first presented: the legal rate runs from the day after.
    pub noticed_on: BTreeMap<InvoiceId, NaiveDate>,
}

impl Account {
    /// An invoice as late charges see it at the end of a day.
    pub fn debt(&self, invoice: &LedgerInvoice, as_of: NaiveDate) -> Debt {
        let debt = movements_of(invoice, &self.facts.allocations, &self.from_the_start, self.insolvency_on, as_of);
        Debt { formal_notice_on: self.noticed_on.get(&invoice.id).copied().filter(|day| *day <= as_of), ..debt }
    }
}

/// One invoice of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementInvoice {
    /// The invoice.
    pub invoice: LedgerInvoice,
    /// What it owes.
    pub balance: InvoiceBalance,
    /// Days since it was due, while it is open.
    pub days_overdue: i64,
    /// What it owes beside; `None`: nothing.
    pub charges: Option<InvoiceCharges>,
    /// Rules whose charge was waived.
    pub waived: Vec<String>,
}

/// Sums in one currency. Minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementTotal {
    /// Currency.
    pub currency: Currency,
    /// Principal due.
    pub amount_due: i64,
    /// Interest.
    pub interest_due: i64,
    /// Fixed compensation.
    pub fixed_compensation_due: i64,
    /// Money set against nothing.
    pub unapplied: i64,
    /// Principal, interest and compensation; money set against nothing is not taken off.
    pub total_due: i64,
}

/// A statement of account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The customer.
    pub customer_id: CustomerId,
    /// At the end of this day.
    pub on: NaiveDate,
    /// Invoices issued by then, oldest due first; not those that were voided.
    pub invoices: Vec<StatementInvoice>,
    /// Credit notes by then, with their numbers.
    pub credits: Vec<(LedgerCredit, String)>,
    /// Payments by then; one that was taken back by then too, with its day.
    pub payments: Vec<LedgerPayment>,
    /// What was set against what, and counted that day.
    pub allocations: Vec<Allocation>,
    /// Money set against nothing.
    pub unapplied: Vec<(Origin, Money)>,
    /// Sums by currency.
    pub totals: Vec<StatementTotal>,
    /// What charges follow; `None`: none are asked.
    pub claimant: Option<Claimant>,
    /// Interest stops after this day: a rate is not known.
    pub interest_until_on: Option<NaiveDate>,
    /// The rate that is missing, e.g. `ecb_mro 2027S1`.
    pub missing_rate: Option<String>,
}

/// The statement at the end of `on`. An open invoice shows the charges that run; one whose principal is paid shows those
/// that a message really claimed, and that were not waived: what was only mentioned lapsed with the principal.
pub fn statement(account: &Account, on: NaiveDate, book: &RateBook) -> Statement {
    let facts = &account.facts;
    let balance = balance_on(facts, &facts.allocations, Some(on));
    let by_id: BTreeMap<InvoiceId, &LedgerInvoice> = facts.invoices.iter().map(|invoice| (invoice.id, invoice)).collect();
    let lines = balance.invoices.iter().filter_map(|line| by_id.get(&line.invoice).map(|invoice| (line, *invoice)));
    let invoices: Vec<StatementInvoice> =
        lines.filter(|(_, invoice)| !invoice.voided).map(|(line, invoice)| row(account, line, invoice, on, book)).collect();
    let unknown = invoices.iter().filter_map(|row| row.charges.as_ref()?.unknown).min_by_key(|unknown| unknown.half_year);
    let mut credits: Vec<(LedgerCredit, String)> = facts
        .credits
        .iter()
        .filter(|credit| credit.issued_on <= on)
        .map(|credit| (credit.clone(), account.credit_numbers.get(&credit.id).cloned().unwrap_or_default()))
        .collect();
    credits.sort_by(|(a, _), (b, _)| (a.issued_on, &a.external_id, a.id).cmp(&(b.issued_on, &b.external_id, b.id)));
    let mut payments: Vec<LedgerPayment> = facts.payments.iter().filter(|payment| payment.paid_on <= on).cloned().collect();
    payments.sort_by(|a, b| (a.paid_on, &a.external_id, a.id).cmp(&(b.paid_on, &b.external_id, b.id)));
    let mut allocations: Vec<Allocation> = facts.allocations.iter().filter(|one| one.counts_on(Some(on))).cloned().collect();
    allocations.sort_by_key(|one| (one.on, one.made_at, one.origin, one.invoice));
    Statement {
        customer_id: account.customer_id,
        on,
        totals: totals(&invoices, &balance.unapplied),
        invoices,
        credits,
        payments,
        allocations,
        unapplied: balance.unapplied,
        claimant: account.claimant,
        interest_until_on: unknown.map(|unknown| unknown.known_until()),
        missing_rate: unknown.map(|unknown| unknown.missing()),
    }
}

fn row(account: &Account, line: &InvoiceBalance, invoice: &LedgerInvoice, on: NaiveDate, book: &RateBook) -> StatementInvoice {
    let of_invoice = || account.claimed.iter().filter(|charge| charge.invoice_id == invoice.id);
    let waived: Vec<String> = of_invoice().filter(|charge| charge.status == "waived").map(|charge| charge.rule.clone()).collect();
    let asked = |rule: &str| {
        let claimed = of_invoice().any(|charge| charge.rule == rule);
        (line.amount_due > 0 || claimed) && !waived.iter().any(|word| word == rule)
    };
    let charges = account.claimant.map(|claimant| {
        let debt = account.debt(invoice, on);
        let mut charges = claimant.charges(invoice.id, invoice.currency, &debt, on, book);
        if !asked(INTEREST) {
            charges.reckoning = None;
            charges.unknown = None;
        }
        if !asked(FIXED_COMPENSATION) {
            charges.compensation = None;
        }
        charges
    });
    let days_overdue = on.signed_duration_since(invoice.due_on).num_days().max(0);
    StatementInvoice {
        invoice: invoice.clone(),
        balance: line.clone(),
        days_overdue: if line.amount_due > 0 { days_overdue } else { 0 },
        charges: charges.filter(|charges| !charges.is_empty()),
        waived,
    }
}

impl StatementInvoice {
    /// Interest unpaid. The ledger sets every payment against principal; where the reckoning sets a part against interest,
    /// principal bears interest for longer, which its lines show: so the sum of the lines is what stands beside the principal.
    pub fn interest_due(&self) -> i64 {
        self.charges.as_ref().and_then(|charges| charges.reckoning.as_ref()).map_or(0, |done| done.interest)
    }

    /// The fixed compensation.
    pub fn fixed_compensation_due(&self) -> Option<Money> {
        self.charges.as_ref().and_then(|charges| charges.compensation)
    }
}

fn totals(invoices: &[StatementInvoice], unapplied: &[(Origin, Money)]) -> Vec<StatementTotal> {
    let mut sums: BTreeMap<Currency, StatementTotal> = BTreeMap::new();
    let mut of = |currency: Currency, add: &dyn Fn(&mut StatementTotal)| {
        let none = StatementTotal { currency, amount_due: 0, interest_due: 0, fixed_compensation_due: 0, unapplied: 0, total_due: 0 };
        add(sums.entry(currency).or_insert(none));
    };
    for row in invoices {
        of(row.balance.currency, &|sum| {
            sum.amount_due = sum.amount_due.saturating_add(row.balance.amount_due);
            sum.interest_due = sum.interest_due.saturating_add(row.interest_due());
        });
        if let Some(fee) = row.fixed_compensation_due() {
            of(fee.currency, &|sum| sum.fixed_compensation_due = sum.fixed_compensation_due.saturating_add(fee.minor));
        }
    }
    for (_, money) in unapplied {
        of(money.currency, &|sum| sum.unapplied = sum.unapplied.saturating_add(money.minor));
    }
    let mut all: Vec<StatementTotal> = sums.into_values().collect();
    for sum in &mut all {
        sum.total_due = sum.amount_due.saturating_add(sum.interest_due).saturating_add(sum.fixed_compensation_due);
    }
    all
}
