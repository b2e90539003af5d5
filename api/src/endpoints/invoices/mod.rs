//! `/v1/invoices`: what is owed.

mod desk;
mod get;
mod list;
mod put;

use actix_web::web::Data;
use utoipa_actix_web::service_config::ServiceConfig;

use self::desk::Desk;

/// Registers them.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.app_data(Data::new(Desk::default()));
    cfg.service(list::list_invoices).service(get::get_invoice).service(get::get_invoice_by_external_id).service(put::put_invoice);
}
