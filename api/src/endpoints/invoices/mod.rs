//! `/v1/invoices`: what is owed.

mod get;
mod list;
mod put;

use crate::routes::Registry;

/// Registers them.
pub fn routes(cfg: &mut impl Registry) {
    cfg.service(list::list_invoices).service(get::get_invoice).service(get::get_invoice_by_external_id).service(put::put_invoice);
}
