//! `/v1/ingest`: facts in, many at a time.

mod batch;
mod documents;
mod events;
mod parked;

use utoipa_actix_web::service_config::ServiceConfig;

/// Registers them.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(documents::ingest_documents).service(events::ingest_events).service(parked::list_parked);
}
