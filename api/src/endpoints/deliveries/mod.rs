//! `/v1/deliveries`: what became of one event at one endpoint.

mod attempts;
mod resend;

use utoipa_actix_web::service_config::ServiceConfig;

/// Registers them.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(attempts::list_delivery_attempts).service(resend::resend_delivery);
}
