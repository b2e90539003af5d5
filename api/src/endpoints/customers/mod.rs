//! `/v1/customers`: who owes.

mod balance;
mod get;
mod list;
mod put;

use utoipa_actix_web::service_config::ServiceConfig;

/// Registers them.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list::list_customers)
        .service(get::get_customer)
        .service(get::get_customer_by_external_id)
        .service(put::put_customer)
        .service(balance::get_customer_balance);
}
