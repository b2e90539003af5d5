//! `/v1/promises`: promises to pay.

mod cancel;
mod create;
mod get;
mod list;

use utoipa_actix_web::service_config::ServiceConfig;

/// Registers them.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list::list_promises).service(create::create_promise).service(get::get_promise).service(cancel::cancel_promise);
}
