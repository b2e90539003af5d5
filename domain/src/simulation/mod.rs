//! What would come of a policy: a ledger is driven through time by the very decision that sends reminders.
//!
//! Each customer's life is a [`Course`]: how it stands, and dated [`News`]. [`drive`] looks at it only at instants
//! where something can change (the decision's own next look, a planned send, news), does what the decision says as
//! the store would, and tells what left and what was withheld. Customers are independent of each other, so a caller
//! may drive them side by side; the result is the same whatever the number of threads.

mod compare;
mod course;
mod drive;
mod entry;
mod ledger;
mod material;
mod state;
mod summary;
#[cfg(test)]
mod tests;
mod withheld;

pub use compare::{Difference, DifferenceKind, Differences, compare};
pub use course::{Course, Dated, News};
pub use drive::{Assumptions, Done, Lived, Span, drive};
pub use entry::{Entry, overdue_since};
pub use ledger::{LedgerFault, TimedFact, courses};
pub use material::Material;
pub use summary::{ChargesTold, DayCount, StepCount, Summary, Withholding, summarise};
pub use withheld::Withheld;
