//! Every route, as a list. Paths are written in full at each endpoint.

use utoipa_actix_web::service_config::ServiceConfig;

use crate::endpoints;

/// Registers every endpoint; the OpenAPI document is made from the same list.
pub fn configure(cfg: &mut ServiceConfig) {
    // the most asked first: a request is matched against one pattern after the other
    endpoints::ingest::routes(cfg);
    endpoints::invoices::routes(cfg);
    endpoints::customers::routes(cfg);
    endpoints::payments::routes(cfg);
    // the others by name
    endpoints::api_keys::routes(cfg);
    endpoints::channels::routes(cfg);
    endpoints::credit_notes::routes(cfg);
    endpoints::decisions::routes(cfg);
    endpoints::deliveries::routes(cfg);
    endpoints::disputes::routes(cfg);
    endpoints::events::routes(cfg);
    endpoints::holds::routes(cfg);
    endpoints::interactions::routes(cfg);
    endpoints::policies::routes(cfg);
    endpoints::policy_presets::routes(cfg);
    endpoints::promises::routes(cfg);
    endpoints::reminder_content::routes(cfg);
    endpoints::reminders::routes(cfg);
    endpoints::settings::routes(cfg);
    endpoints::sources::routes(cfg);
    endpoints::tasks::routes(cfg);
    endpoints::tenants::routes(cfg);
    endpoints::test_clock::routes(cfg);
    endpoints::timeline::routes(cfg);
    endpoints::webhook_endpoints::routes(cfg);
}
