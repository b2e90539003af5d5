//! `/v1/payments`: money that came in.

mod get;
mod list;
mod put;
mod reverse;

use crate::routes::Registry;

/// Registers them.
pub fn routes(cfg: &mut impl Registry) {
    cfg.service(list::list_payments)
        .service(get::get_payment)
        .service(get::get_payment_by_external_id)
        .service(put::put_payment)
        .service(reverse::reverse_payment);
}
