//! `GET|PATCH /v1/settings`.

mod check;
mod get;
mod patch;

use utoipa_actix_web::service_config::ServiceConfig;

/// Registers them.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(get::get_settings).service(patch::patch_settings);
}
