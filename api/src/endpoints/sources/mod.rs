//! `/v1/sources`: what sources say of themselves.

mod heartbeat;

use utoipa_actix_web::service_config::ServiceConfig;

/// Registers them.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(heartbeat::source_heartbeat);
}
