//! `/v1/events`: the same stream as the webhooks, by pull; and `/v1/event_types`.

mod get;
mod list;
mod types;

use utoipa_actix_web::service_config::ServiceConfig;

/// Registers them.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list::list_events).service(get::get_event).service(types::list_event_types);
}
