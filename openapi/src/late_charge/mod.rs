//! Late charges on the wire.

mod posted;
mod quote;
mod reckoned;

pub use posted::{LateChargeList, LateChargeView, WaiveInput, WaiverView};
pub use quote::{QuoteCreditNote, QuoteInput, QuoteInvoice, QuotePayment, QuoteRegime};
pub use reckoned::{ImputedView, InterestLine, QuoteTotals, QuoteView, QuotedInvoice};
