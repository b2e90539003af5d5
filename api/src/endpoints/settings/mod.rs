//! `GET|PATCH /v1/settings`.

mod check;
mod get;
mod patch;

use crate::routes::Registry;

/// Registers them.
pub fn routes(cfg: &mut impl Registry) {
    cfg.service(get::get_settings).service(patch::patch_settings);
}
