//! Every route, as a list. Paths are written in full at each endpoint.

use std::any::Any;

use actix_web::{dev::HttpServiceFactory, web};
use utoipa_actix_web::{OpenApiFactory, service_config::ServiceConfig};

use crate::endpoints;

/// Where endpoints are registered: to be served, or to be described. A thread that serves builds no description.
pub trait Registry {
    /// One more endpoint.
    fn service(&mut self, endpoint: impl HttpServiceFactory + OpenApiFactory + 'static) -> &mut Self;

    /// What endpoints share on a thread.
    fn app_data(&mut self, data: impl Any) -> &mut Self;
}

impl Registry for web::ServiceConfig {
    fn service(&mut self, endpoint: impl HttpServiceFactory + OpenApiFactory + 'static) -> &mut Self {
        self.service(endpoint)
    }

    fn app_data(&mut self, data: impl Any) -> &mut Self {
        self.app_data(data)
    }
}

impl Registry for ServiceConfig<'_> {
    fn service(&mut self, endpoint: impl HttpServiceFactory + OpenApiFactory + 'static) -> &mut Self {
        self.service(endpoint)
    }

    fn app_data(&mut self, data: impl Any) -> &mut Self {
        self.app_data(data)
    }
}

/// Registers every endpoint; the OpenAPI document is made from the same list.
pub fn configure(cfg: &mut impl Registry) {
    // the most asked first: a request is matched against one pattern after the other
    endpoints::ingest::routes(cfg);
    endpoints::invoices::routes(cfg);
    endpoints::customers::routes(cfg);
    endpoints::payments::routes(cfg);
    // the others by name
    endpoints::api_keys::routes(cfg);
    endpoints::audit_events::routes(cfg);
    endpoints::channels::routes(cfg);
    endpoints::credit_notes::routes(cfg);
    endpoints::decisions::routes(cfg);
    endpoints::deliveries::routes(cfg);
    endpoints::disputes::routes(cfg);
    endpoints::interruptions::routes(cfg);
    endpoints::events::routes(cfg);
    endpoints::holds::routes(cfg);
    endpoints::interactions::routes(cfg);
    endpoints::late_charges::routes(cfg);
    endpoints::policies::routes(cfg);
    endpoints::policy_presets::routes(cfg);
    endpoints::promises::routes(cfg);
    endpoints::receipts::routes(cfg);
    endpoints::rates::routes(cfg);
    endpoints::reminder_content::routes(cfg);
    endpoints::reminders::routes(cfg);
    endpoints::settings::routes(cfg);
    endpoints::simulations::routes(cfg);
    endpoints::sources::routes(cfg);
    endpoints::tasks::routes(cfg);
    endpoints::templates::routes(cfg);
    endpoints::tenants::routes(cfg);
    endpoints::test_clock::routes(cfg);
    endpoints::timeline::routes(cfg);
    endpoints::webhook_endpoints::routes(cfg);
}
