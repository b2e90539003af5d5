//! `/v1/disputes`.

mod create;
mod get;
mod list;
mod resolve;

use crate::routes::Registry;

/// Registers them.
pub fn routes(cfg: &mut impl Registry) {
    cfg.service(list::list_disputes).service(create::create_dispute).service(get::get_dispute).service(resolve::resolve_dispute);
}
