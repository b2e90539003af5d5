//! `/v1/deliveries`: what became of one event at one endpoint.

mod attempts;
mod resend;

use crate::routes::Registry;

/// Registers them.
pub fn routes(cfg: &mut impl Registry) {
    cfg.service(attempts::list_delivery_attempts).service(resend::resend_delivery);
}
