//! `/v1/late_charges`.

mod quote;
mod read;

use crate::routes::Registry;

/// Registers them.
pub fn routes(cfg: &mut impl Registry) {
    cfg.service(quote::quote_late_charges);
}
