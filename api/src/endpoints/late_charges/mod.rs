//! `/v1/late_charges`.

mod get;
mod list;
mod quote;
mod read;
mod waive;

use crate::routes::Registry;

/// Registers them.
pub fn routes(cfg: &mut impl Registry) {
    cfg.service(list::list_late_charges).service(quote::quote_late_charges).service(get::get_late_charge).service(waive::waive_late_charge);
}
