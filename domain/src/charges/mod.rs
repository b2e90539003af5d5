//! Late charges: interest and fixed compensation, exact to the cent (`law.md` §1–§5, §9).
//!
//! Whole numbers only; each printed line is rounded once, half up, and totals are sums of printed lines, so that the
//! table shown to a debtor, a judge or an accountant adds up. Interest is simple (Cass. com. 10 Nov. 2015, 14-15.968).

mod book;
mod debt;
mod debtor;
mod engine;
mod file;
mod ledger;
mod published;
mod rate;
mod regime;
mod stated;
mod terms;

#[cfg(test)]
mod tests;

pub use book::{PublishedRate, RateBook, RateUnknown, Series};
pub use debt::{CreditMode, Debt, Exact, Imputed, Line, Movement, MovementKind, Reckoning};
pub use debtor::{Compensation, ProfessionalDebtor, Tariff, Tier};
pub use engine::{reckon, reckon_until};
pub use file::{FileFault, read_rates};
pub use ledger::{Claimant, InvoiceCharges, movements_of};
pub use rate::{HalfYear, NotAHalfYear, NotARate, Rate};
pub use regime::{BelowFloor, Clause, Formula, RULES, Regime, RegimeError, Rule, Start};
pub use stated::{RegimeFault, StatedRegime};
pub use terms::{DayCount, Imputation, Terms, WrongDebtor};
