//! What was reckoned, line by line.

use relance_domain::{
    charges::{Imputed, Line, MovementKind, Reckoning},
    money::Currency,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::time::day;

/// One line of interest: one principal, one rate, consecutive days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InterestLine {
    /// First day.
    #[schema(format = Date, example = "2026-06-01")]
    pub from: String,
    /// Last day.
    #[schema(format = Date, example = "2026-06-30")]
    pub to: String,
    /// Days, both included.
    #[schema(example = 30)]
    pub days: i64,
    /// What bears interest.
    #[schema(example = "10000.00")]
    pub principal: String,
    /// Half-year whose rate it is.
    #[schema(example = "2026S1")]
    pub half_year: String,
    /// Percent a year.
    #[schema(example = "12.15")]
    pub rate: String,
    /// Days of the year.
    #[schema(example = 365)]
    pub denominator: i64,
    /// Rounded half up.
    #[schema(example = "99.86")]
    pub interest: String,
}

impl InterestLine {
    /// A line in its currency.
    pub fn of(line: &Line, currency: Currency) -> Self {
        let Line { from, to, days, principal, half_year, rate, denominator, interest } = *line;
        let plain = |minor: i64| currency.minor(minor).plain();
        Self {
            from: day(from),
            to: day(to),
            days,
            principal: plain(principal),
            half_year: half_year.to_string(),
            rate: rate.to_string(),
            denominator,
            interest: plain(interest),
        }
    }
}

/// How a payment or a credit note was set against an invoice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImputedView {
    /// Day.
    #[schema(format = Date)]
    pub date: String,
    /// `payment` or `credit_note`.
    pub kind: String,
    /// Amount.
    pub amount: String,
    /// To interest.
    pub to_interest: String,
    /// To principal.
    pub to_principal: String,
    /// To the fixed compensation.
    pub to_fixed_compensation: String,
    /// What nothing was owed for.
    pub unallocated: String,
}

impl ImputedView {
    /// In its currency.
    pub fn of(imputed: &Imputed, currency: Currency) -> Self {
        let Imputed { movement, to_interest, to_principal, to_fixed_compensation, unallocated } = *imputed;
        let plain = |minor: i64| currency.minor(minor).plain();
        Self {
            date: day(movement.on),
            kind: if movement.kind == MovementKind::Payment { "payment" } else { "credit_note" }.to_owned(),
            amount: plain(movement.amount),
            to_interest: plain(to_interest),
            to_principal: plain(to_principal),
            to_fixed_compensation: plain(to_fixed_compensation),
            unallocated: plain(unallocated),
        }
    }
}

/// Late charges of one invoice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QuotedInvoice {
    /// Number.
    pub number: String,
    /// Interest line by line.
    pub lines: Vec<InterestLine>,
    /// Payments, and credit notes from a date, in order.
    pub allocations: Vec<ImputedView>,
    /// Days that bore interest.
    pub days_of_interest: i64,
    /// Sum of the lines.
    #[schema(example = "412.41")]
    pub interest: String,
    /// Of which paid.
    pub interest_paid: String,
    /// Of which unpaid.
    pub interest_due: String,
    /// Before rounding, six decimals.
    #[schema(example = "412.410959")]
    pub interest_exact_6dp: String,
    /// Principal unpaid.
    pub principal_due: String,
    /// Fixed compensation; 0 for consumers, whatever is asked.
    #[schema(example = "40.00")]
    pub fixed_compensation: String,
    /// Of which unpaid.
    pub fixed_compensation_due: String,
    /// Proven costs above the fixed compensation.
    pub complementary_costs: String,
    /// To give back.
    pub credit_balance: String,
    /// All that is owed.
    pub total_due: String,
}

impl QuotedInvoice {
    /// The view of a reckoning.
    pub fn of(number: String, done: &Reckoning, currency: Currency) -> Self {
        let plain = |minor: i64| currency.minor(minor).plain();
        let exact = done.exact.millionths(currency.exponent());
        Self {
            number,
            lines: done.lines.iter().map(|line| InterestLine::of(line, currency)).collect(),
            allocations: done.imputed.iter().map(|imputed| ImputedView::of(imputed, currency)).collect(),
            days_of_interest: done.days(),
            interest: plain(done.interest),
            interest_paid: plain(done.interest_paid),
            interest_due: plain(done.interest_due()),
            interest_exact_6dp: format!("{}.{:06}", exact / 1_000_000, exact % 1_000_000),
            principal_due: plain(done.principal_due),
            fixed_compensation: plain(done.fixed_compensation()),
            fixed_compensation_due: plain(done.fixed_compensation_due()),
            complementary_costs: plain(done.complementary),
            credit_balance: plain(done.credit_balance),
            total_due: plain(done.total_due()),
        }
    }
}

/// Sums of what was reckoned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QuoteTotals {
    /// Interest.
    pub interest: String,
    /// Of which unpaid.
    pub interest_due: String,
    /// Principal unpaid.
    pub principal_due: String,
    /// Fixed compensation.
    pub fixed_compensation: String,
    /// Of which unpaid.
    pub fixed_compensation_due: String,
    /// Proven costs above it.
    pub complementary_costs: String,
    /// To give back.
    pub credit_balance: String,
    /// All that is owed.
    pub total_due: String,
}

/// Late charges at a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QuoteView {
    /// By invoice, in the order they were asked in.
    pub invoices: Vec<QuotedInvoice>,
    /// Sums.
    pub totals: QuoteTotals,
}

impl QuoteView {
    /// The view of several reckonings in one currency.
    pub fn of(done: Vec<(String, Reckoning)>, currency: Currency) -> Self {
        let sum = |of: fn(&Reckoning) -> i64| currency.minor(done.iter().map(|(_, one)| of(one)).fold(0, i64::saturating_add)).plain();
        let totals = QuoteTotals {
            interest: sum(|one| one.interest),
            interest_due: sum(Reckoning::interest_due),
            principal_due: sum(|one| one.principal_due),
            fixed_compensation: sum(Reckoning::fixed_compensation),
            fixed_compensation_due: sum(Reckoning::fixed_compensation_due),
            complementary_costs: sum(|one| one.complementary),
            credit_balance: sum(|one| one.credit_balance),
            total_due: sum(Reckoning::total_due),
        };
        Self { invoices: done.into_iter().map(|(number, one)| QuotedInvoice::of(number, &one, currency)).collect(), totals }
    }
}
