//! `/v1/promises`: promises to pay.

mod cancel;
mod create;
mod get;
mod list;

use crate::routes::Registry;

/// Registers them.
pub fn routes(cfg: &mut impl Registry) {
    cfg.service(list::list_promises).service(create::create_promise).service(get::get_promise).service(cancel::cancel_promise);
}
