//! What a reminder says: as it left, or as it would leave now, so that an approver reads it before.

mod attachment;
mod content;
mod preview;

use utoipa_actix_web::service_config::ServiceConfig;

/// Registers them.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(content::get_reminder_content).service(attachment::get_reminder_attachment);
}
