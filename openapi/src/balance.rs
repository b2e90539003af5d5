//! The balance of a customer on the wire.

use relance_domain::{
    ledger::{Balance, Origin},
    money::Money,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An amount with its currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AmountView {
    /// ISO 4217 code.
    #[schema(example = "EUR")]
    pub currency: String,
    /// Decimal amount.
    #[schema(example = "1200.00")]
    pub amount: String,
}

/// What one invoice owed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InvoiceBalanceView {
    /// Invoice.
    pub invoice_id: String,
    /// Currency of the amounts.
    pub currency: String,
    /// To be paid; 0 when voided.
    pub payable: String,
    /// Settled by payments.
    pub paid: String,
    /// Settled by credit notes.
    pub credited: String,
    /// Still due.
    pub amount_due: String,
}

/// Money in hand that is set against nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UnappliedView {
    /// The payment it is of.
    pub payment_id: Option<String>,
    /// The credit note it is of.
    pub credit_note_id: Option<String>,
    /// ISO 4217 code.
    pub currency: String,
    /// How much is left.
    pub amount: String,
}

impl UnappliedView {
    /// Money of a payment or credit note.
    pub fn of((origin, money): &(Origin, Money)) -> Self {
        let (payment_id, credit_note_id) = match origin {
            Origin::Payment(id) => (Some(id.to_string()), None),
            Origin::CreditNote(id) => (None, Some(id.to_string())),
        };
        Self { payment_id, credit_note_id, currency: money.currency.code().to_owned(), amount: money.plain() }
    }
}

/// What a customer owes, or owed at the end of a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BalanceView {
    /// Customer.
    pub customer_id: String,
    /// The day; null: as of all facts known.
    pub on: Option<String>,
    /// Sums of what is due, by currency; only where something is.
    pub totals: Vec<AmountView>,
    /// Invoices issued by then, oldest due first.
    pub invoices: Vec<InvoiceBalanceView>,
    /// Money set against nothing.
    pub unapplied: Vec<UnappliedView>,
}

impl BalanceView {
    /// The view of a balance; `on`: the day asked for.
    pub fn of(customer_id: String, on: Option<String>, balance: &Balance) -> Self {
        let line = |line: &relance_domain::ledger::InvoiceBalance| {
            let plain = |minor: i64| line.currency.minor(minor).plain();
            InvoiceBalanceView {
                invoice_id: line.invoice.to_string(),
                currency: line.currency.code().to_owned(),
                payable: plain(line.payable),
                paid: plain(line.paid),
                credited: plain(line.credited),
                amount_due: plain(line.amount_due),
            }
        };
        let total = |money: &Money| AmountView { currency: money.currency.code().to_owned(), amount: money.plain() };
        Self {
            customer_id,
            on,
            totals: balance.totals_due.iter().map(total).collect(),
            invoices: balance.invoices.iter().map(line).collect(),
            unapplied: balance.unapplied.iter().map(UnappliedView::of).collect(),
        }
    }
}
