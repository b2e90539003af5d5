//! Webhooks out: endpoints with their secrets, deliveries with their attempts, and who works on them.

mod claim;
mod deliveries;
mod endpoints;
mod finish;
mod retention;
mod secrets;

pub(crate) use claim::NEXT_DELIVERY;
pub use claim::{ClaimedDelivery, ClaimedEvent, claim_deliveries, next_delivery_at};
pub use deliveries::{DeliveryFilter, attempts, count_failed, deliveries, delivery, recover, resend, try_out};
pub use endpoints::{EndpointChange, MAX_ENDPOINTS, NewEndpoint, create, delete, enable, get, list, preview, rotate_secret, update};
pub use finish::{AttemptLog, DeliveryOutcome, DeliveryResult, finish};
pub use retention::{Swept, sweep};
pub(crate) use secrets::place;
