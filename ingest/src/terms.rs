//! Due dates in words (BT-20): French, German, English, Swedish and a few neighbours.
//!
//! Two rules stand above all patterns: a cash discount (Skonto, escompte) is never a due date, and what is
//! not understood gives nothing. Where two readings remain the later date is taken: nobody is chased early.

mod clause;
mod span;
mod split;
mod token;
mod words;

use chrono::NaiveDate;

use crate::trail::Trail;
use clause::Clause;

/// Which rule gave a due date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DueRule {
    /// The document says it (BT-9).
    Stated,
    /// Parsed from the payment terms (BT-20).
    PaymentTermsText,
    /// The customer's, the tenant's or the law's default.
    Default,
}

impl DueRule {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stated => "stated",
            Self::PaymentTermsText => "payment_terms_text",
            Self::Default => "default",
        }
    }
}

/// The due date the terms give in words, the latest when several do; `None` when none is understood.
///
/// "N jours fin de mois" is N days, then the end of that month (C. com. L441-10, method A).
#[must_use]
pub fn due_from_terms(issued_on: NaiveDate, terms: &[String]) -> Option<NaiveDate> {
    terms.iter().flat_map(|text| Clause::split(text)).filter_map(|clause| clause.due(issued_on)).filter(|due_on| *due_on >= issued_on).max()
}

/// Whether a date is the end of a cash discount the text speaks of, and not a due date it also gives.
pub(crate) fn is_discount_date(date: NaiveDate, issued_on: NaiveDate, text: &str) -> bool {
    let clauses = Clause::split(text);
    let is_due = clauses.iter().any(|clause| clause.due(issued_on) == Some(date));
    !is_due && clauses.iter().any(|clause| clause.discount_ends(issued_on).contains(&date))
}

/// Whether a stated due date is a discount's while the terms name a later one; leaves a trace when it is.
pub(crate) fn refuse_discount(date: NaiveDate, issued_on: NaiveDate, terms: &[String], trail: &mut Trail) -> bool {
    let later = due_from_terms(issued_on, terms).is_some_and(|due_on| due_on > date);
    let refused = later && terms.iter().any(|text| is_discount_date(date, issued_on, text));
    if refused {
        trail.rule("due_on_stated", format!("{date} is the end of a cash discount by the terms: not taken"));
    }
    refused
}

#[cfg(test)]
mod tests;
