//! `/v1/sources`: where facts come from, how their webhooks are verified, and what they say of themselves.

mod create;
mod delete;
mod get;
mod heartbeat;
mod list;
mod patch;
mod read;
mod rotate_secret;
mod webhooks;

use crate::routes::Registry;

/// Registers them.
pub fn routes(cfg: &mut impl Registry) {
    cfg.service(webhooks::receive_source_webhook)
        .service(heartbeat::source_heartbeat)
        .service(list::list_sources)
        .service(create::create_source)
        .service(get::get_source)
        .service(patch::update_source)
        .service(delete::delete_source)
        .service(rotate_secret::rotate_source_secret);
}
