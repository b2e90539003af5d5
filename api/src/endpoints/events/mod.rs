//! `/v1/events`: the same stream as the webhooks, by pull; and `/v1/event_types`.

mod get;
mod list;
mod types;

use crate::routes::Registry;

/// Registers them.
pub fn routes(cfg: &mut impl Registry) {
    cfg.service(list::list_events).service(get::get_event).service(types::list_event_types);
}
