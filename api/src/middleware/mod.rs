//! What surrounds every request: its id, its frame, its idempotency.

mod frame;
mod idempotency;
mod unmatched;

pub use frame::frame;
pub use idempotency::idempotency;
pub use unmatched::{RouteTable, unmatched};
