//! Late charges on the wire.

mod quote;
mod reckoned;

pub use quote::{QuoteCreditNote, QuoteInput, QuoteInvoice, QuotePayment, QuoteRegime};
pub use reckoned::{ImputedView, InterestLine, QuoteTotals, QuoteView, QuotedInvoice};
