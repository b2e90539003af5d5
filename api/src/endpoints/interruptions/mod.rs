//! `/v1/interruptions`.

mod create;
mod get;
mod list;
mod withdraw;

use crate::routes::Registry;

/// Registers them.
pub fn routes(cfg: &mut impl Registry) {
    cfg.service(list::list_interruptions)
        .service(create::create_interruption)
        .service(get::get_interruption)
        .service(withdraw::delete_interruption);
}
