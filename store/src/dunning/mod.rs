//! The dunning decision in the database: what it is made from, what comes of it, and what people do to it.

pub(crate) mod answers;
mod claim;
pub mod decisions;
pub mod disputes;
mod follow;
pub mod holds;
pub mod interactions;
pub mod interruptions;
pub mod late_charges;
pub mod letters;
mod look;
pub mod mails;
mod promise_rules;
pub mod promises;
pub mod receipts;
mod record;
pub mod reminders;
mod rows;
pub mod sending;
mod snapshot;
pub mod tasks;
#[cfg(test)]
mod tests;
pub mod timeline;
mod writing;
mod zones;

pub use claim::{claim_due, due_in_test, next_test_instant};
pub use look::{customer_named, invoices_named};
pub(crate) use promise_rules::WITHOUT_POLICY;
pub use promise_rules::promise_limits;
pub use record::{Recorded, record, record_look};
pub use snapshot::{Look, courses_since, customers_after, lock, look, snapshots, snapshots_with_history};
