//! `/v1/disputes`.

mod create;
mod get;
mod list;
mod resolve;

use utoipa_actix_web::service_config::ServiceConfig;

/// Registers them.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list::list_disputes).service(create::create_dispute).service(get::get_dispute).service(resolve::resolve_dispute);
}
