//! `/v1/rates`.

mod enter;
mod list;

use crate::routes::Registry;

/// Registers them.
pub fn routes(cfg: &mut impl Registry) {
    cfg.service(list::list_rates).service(enter::enter_rates);
}
