//! `/v1/reminders`: what leaves, and what a person does to it.

mod approve;
mod cancel;
mod cover_list;
mod get;
mod list;
mod presented;
mod reject;
mod resend;
mod send_now;

use crate::routes::Registry;

/// Registers them.
pub fn routes(cfg: &mut impl Registry) {
    cfg.service(list::list_reminders)
        .service(get::get_reminder)
        .service(cover_list::get_cover_list)
        .service(approve::approve_reminder)
        .service(reject::reject_reminder)
        .service(cancel::cancel_reminder)
        .service(resend::resend_reminder)
        .service(presented::record_presentation)
        .service(send_now::send_now_reminder);
}
