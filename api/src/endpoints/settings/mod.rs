//! `GET|PATCH /v1/settings`, `GET|PUT|DELETE /v1/settings/logo`.

mod check;
mod get;
mod logo;
mod patch;

use crate::routes::Registry;

/// Registers them.
pub fn routes(cfg: &mut impl Registry) {
    cfg.service(get::get_settings)
        .service(patch::patch_settings)
        .service(logo::get_logo)
        .service(logo::put_logo)
        .service(logo::delete_logo);
}
