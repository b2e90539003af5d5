//! `/v1/sources`: what sources say of themselves.

mod heartbeat;

use crate::routes::Registry;

/// Registers them.
pub fn routes(cfg: &mut impl Registry) {
    cfg.service(heartbeat::source_heartbeat);
}
