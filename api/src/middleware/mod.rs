//! What surrounds every request: its id, its frame, its quota, its idempotency.

mod bounds;
mod coding;
mod frame;
mod guard;
mod idempotency;
mod quota;
mod retire;
mod unmatched;

pub use bounds::bounds;
pub use coding::spare_small;
pub use frame::frame;
pub use guard::{guard, permit};
pub use idempotency::idempotency;
pub use quota::quota;
pub use retire::retire;
pub use unmatched::{RouteTable, unmatched};
