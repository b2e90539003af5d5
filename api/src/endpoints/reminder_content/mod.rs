//! What a reminder says: as it left, or as it would leave now, so that an approver reads it before.

mod attachment;
mod content;
mod preview;

use crate::routes::Registry;

/// Registers them.
pub fn routes(cfg: &mut impl Registry) {
    cfg.service(content::get_reminder_content).service(attachment::get_reminder_attachment);
}
