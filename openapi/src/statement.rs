//! The statement of account on the wire.

use relance_domain::{
    charges::Claimant,
    ledger::{Allocation, LedgerCredit, LedgerPayment, Origin},
    money::Currency,
    statement::{Statement, StatementInvoice, StatementTotal},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{balance::UnappliedView, late_charge::InterestLine, time::day};

/// What an invoice owes beside its principal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StatementCharge {
    /// Interest line by line; empty while the creditor has not confirmed its printed terms.
    pub lines: Vec<InterestLine>,
    /// Sum of the lines; null: no figure.
    #[schema(example = "19.97")]
    pub interest: Option<String>,
    /// Fixed compensation; null: none.
    #[schema(example = "40.00")]
    pub fixed_compensation: Option<String>,
    /// Its currency.
    #[schema(example = "EUR")]
    pub fixed_compensation_currency: Option<String>,
}

/// One invoice of a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StatementInvoiceView {
    /// Invoice.
    pub invoice_id: String,
    /// Number.
    pub number: String,
    /// Day of issue.
    #[schema(format = Date)]
    pub issued_on: String,
    /// Due date.
    #[schema(format = Date)]
    pub due_on: String,
    /// Currency.
    pub currency: String,
    /// To be paid.
    pub payable: String,
    /// Settled by payments.
    pub paid: String,
    /// Settled by credit notes.
    pub credited: String,
    /// Principal due.
    pub amount_due: String,
    /// Days since it was due, while it is open.
    pub days_overdue: i64,
    /// What it owes beside; null: nothing.
    pub charges: Option<StatementCharge>,
    /// Rules whose charge was waived: `interest`, `fixed_compensation`.
    pub waived: Vec<String>,
}

impl From<&StatementInvoice> for StatementInvoiceView {
    fn from(row: &StatementInvoice) -> Self {
        let StatementInvoice { invoice, balance, days_overdue, charges, waived } = row;
        let plain = |minor: i64| balance.currency.minor(minor).plain();
        let charges = charges.as_ref().map(|charges| {
            let lines = charges.reckoning.iter().flat_map(|done| &done.lines);
            StatementCharge {
                lines: lines.map(|line| InterestLine::of(line, charges.currency)).collect(),
                interest: charges.interest().map(|interest| interest.plain()),
                fixed_compensation: charges.compensation.map(|owed| owed.plain()),
                fixed_compensation_currency: charges.compensation.map(|owed| owed.currency.to_string()),
            }
        });
        Self {
            invoice_id: invoice.id.to_string(),
            number: invoice.number.clone(),
            issued_on: day(invoice.issued_on),
            due_on: day(invoice.due_on),
            currency: balance.currency.to_string(),
            payable: plain(balance.payable),
            paid: plain(balance.paid),
            credited: plain(balance.credited),
            amount_due: plain(balance.amount_due),
            days_overdue: *days_overdue,
            charges,
            waived: waived.clone(),
        }
    }
}

/// A credit note of a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StatementCredit {
    /// Credit note.
    pub credit_note_id: String,
    /// Number.
    pub number: String,
    /// Day of issue.
    #[schema(format = Date)]
    pub issued_on: String,
    /// Currency.
    pub currency: String,
    /// Total.
    pub total: String,
}

/// A payment of a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StatementPayment {
    /// Payment.
    pub payment_id: String,
    /// Value day.
    #[schema(format = Date)]
    pub paid_on: String,
    /// Currency.
    pub currency: String,
    /// Amount.
    pub amount: String,
    /// What the payer wrote.
    pub reference: Option<String>,
    /// It was taken back on this day.
    #[schema(format = Date)]
    pub reversed_on: Option<String>,
}

/// What was set against what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StatementAllocation {
    /// The payment.
    pub payment_id: Option<String>,
    /// Or the credit note.
    pub credit_note_id: Option<String>,
    /// The invoice.
    pub invoice_id: String,
    /// Value day.
    #[schema(format = Date)]
    pub on: String,
    /// Amount, in the invoice's currency.
    pub amount: String,
}

/// Sums in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StatementTotalView {
    /// Currency.
    pub currency: String,
    /// Principal due.
    pub amount_due: String,
    /// Interest.
    pub interest_due: String,
    /// Fixed compensation.
    pub fixed_compensation_due: String,
    /// Money set against nothing: not taken off.
    pub unapplied: String,
    /// Principal, interest and compensation.
    pub total_due: String,
}

/// What charges follow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StatementRegime {
    /// The law or clause.
    #[schema(example = "fr_b2b_default")]
    pub regime: String,
    /// Articles.
    pub citations: Vec<String>,
    /// What a payment pays first in the reckoning of interest.
    #[schema(example = "principal_first")]
    pub allocation: String,
    /// The creditor confirmed its terms as printed on its invoices; else interest has no figure.
    pub confirmed: bool,
}

/// A statement of account at the end of a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StatementView {
    /// Customer.
    pub customer_id: String,
    /// The day.
    #[schema(format = Date)]
    pub on: String,
    /// What charges follow; null: none are asked of this customer.
    pub late_charges: Option<StatementRegime>,
    /// Interest stops after this day, because a rate is not known; null: it is reckoned up to `on`.
    #[schema(format = Date)]
    pub interest_until_on: Option<String>,
    /// The rate that is missing.
    #[schema(example = "ecb_mro 2027S1")]
    pub missing_rate: Option<String>,
    /// Invoices issued by then, oldest due first.
    pub invoices: Vec<StatementInvoiceView>,
    /// Credit notes by then.
    pub credit_notes: Vec<StatementCredit>,
    /// Payments by then.
    pub payments: Vec<StatementPayment>,
    /// What was set against what, and counted that day.
    pub allocations: Vec<StatementAllocation>,
    /// Money set against nothing.
    pub unapplied_cash: Vec<UnappliedView>,
    /// Sums by currency.
    pub totals: Vec<StatementTotalView>,
}

impl From<&Statement> for StatementView {
    fn from(statement: &Statement) -> Self {
        let Statement {
            customer_id,
            on,
            invoices,
            credits,
            payments,
            allocations,
            unapplied,
            totals,
            claimant,
            interest_until_on,
            missing_rate,
        } = statement;
        let currency_of = |allocation: &Allocation| {
            let row = invoices.iter().find(|row| row.invoice.id == allocation.invoice);
            row.map_or(Currency::EUR, |row| row.balance.currency)
        };
        Self {
            customer_id: customer_id.to_string(),
            on: day(*on),
            late_charges: claimant.as_ref().map(regime),
            interest_until_on: interest_until_on.map(day),
            missing_rate: missing_rate.clone(),
            invoices: invoices.iter().map(Into::into).collect(),
            credit_notes: credits.iter().map(credit).collect(),
            payments: payments.iter().map(|one| payment(one, statement)).collect(),
            allocations: allocations.iter().map(|one| allocation(one, currency_of(one))).collect(),
            unapplied_cash: unapplied.iter().map(UnappliedView::of).collect(),
            totals: totals.iter().map(total).collect(),
        }
    }
}

fn regime(claimant: &Claimant) -> StatementRegime {
    let rule = claimant.terms.regime().rule();
    StatementRegime {
        regime: rule.word.to_owned(),
        citations: rule.law.iter().map(|article| (*article).to_owned()).collect(),
        allocation: claimant.terms.imputation.as_str().to_owned(),
        confirmed: claimant.confirmed,
    }
}

fn credit((credit, number): &(LedgerCredit, String)) -> StatementCredit {
    StatementCredit {
        credit_note_id: credit.id.to_string(),
        number: number.clone(),
        issued_on: day(credit.issued_on),
        currency: credit.currency.to_string(),
        total: credit.currency.minor(credit.total).plain(),
    }
}

fn payment(payment: &LedgerPayment, statement: &Statement) -> StatementPayment {
    StatementPayment {
        payment_id: payment.id.to_string(),
        paid_on: day(payment.paid_on),
        currency: payment.currency.to_string(),
        amount: payment.currency.minor(payment.amount).plain(),
        reference: payment.reference.clone(),
        reversed_on: payment.reversed_on.filter(|back| *back <= statement.on).map(day),
    }
}

fn allocation(allocation: &Allocation, currency: Currency) -> StatementAllocation {
    let (payment_id, credit_note_id) = match allocation.origin {
        Origin::Payment(id) => (Some(id.to_string()), None),
        Origin::CreditNote(id) => (None, Some(id.to_string())),
    };
    StatementAllocation {
        payment_id,
        credit_note_id,
        invoice_id: allocation.invoice.to_string(),
        on: day(allocation.on),
        amount: currency.minor(allocation.amount).plain(),
    }
}

fn total(total: &StatementTotal) -> StatementTotalView {
    let StatementTotal { currency, amount_due, interest_due, fixed_compensation_due, unapplied, total_due } = *total;
    let plain = |minor: i64| currency.minor(minor).plain();
    StatementTotalView {
        currency: currency.to_string(),
        amount_due: plain(amount_due),
        interest_due: plain(interest_due),
        fixed_compensation_due: plain(fixed_compensation_due),
        unapplied: plain(unapplied),
        total_due: plain(total_due),
    }
}
