//! What the law says about asking for money, as dated data with the article of each rule.
//!
//! France first. A policy may only be stricter; the rules hold inside the decision too, so that no policy, however it
//! came into the database, breaks them.

mod due_date;
mod einvoice;
mod limitation;
mod pack;
#[cfg(test)]
pub(crate) mod tests;
mod wording;

pub use due_date::{CountedFrom, PaymentTerm};
pub use einvoice::{EinvoiceEffect, disputed_part, einvoice_effect};
pub use limitation::{ALERTS, CARRIAGE_YEARS, CONSUMER_YEARS, Claim, Interruption, PROFESSIONAL_YEARS, PUBLIC_YEARS, limitation_end};
pub use pack::{Cap, ContactHours, Pack, pack};
pub use wording::{Threat, threats};
