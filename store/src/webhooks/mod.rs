//! Webhooks out: endpoints with their secrets, deliveries with their attempts, and who works on them.

mod again;
mod claim;
mod deliveries;
mod endpoints;
mod fan_out;
mod finish;
mod health;
mod in_order;
mod retention;
mod runs;
mod secrets;
mod waiting;

pub use again::{MOST_RECOVERED, Since, count_failed, recover, resend, try_out};
pub use claim::{ClaimedDelivery, ClaimedEvent, claim_deliveries};
pub use deliveries::{DeliveryFilter, attempts, deliveries, delivery};
pub use endpoints::{EndpointChange, MAX_ENDPOINTS, NewEndpoint, create, delete, enable, get, list, preview, rotate_secret, update};
pub(crate) use fan_out::fan_out;
pub use finish::{AttemptLog, DeliveryOutcome, DeliveryResult, RequestLog, finish};
pub use retention::{Swept, sweep};
pub(crate) use secrets::place;
pub(crate) use waiting::NEXT_DELIVERY;
pub use waiting::{Lane, next_delivery_at};
