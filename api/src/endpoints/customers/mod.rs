//! `/v1/customers`: who owes.

mod balance;
mod behaviour;
mod get;
mod list;
mod put;
mod statement;

use crate::routes::Registry;

/// Registers them.
pub fn routes(cfg: &mut impl Registry) {
    cfg.service(list::list_customers)
        .service(get::get_customer)
        .service(get::get_customer_by_external_id)
        .service(put::put_customer)
        .service(balance::get_customer_balance)
        .service(behaviour::get_customer_behaviour)
        .service(statement::get_customer_statement);
}
