//! `/v1/holds`: chasing rests.

mod create;
mod get;
mod list;
mod release;

use crate::routes::Registry;

/// Registers them.
pub fn routes(cfg: &mut impl Registry) {
    cfg.service(list::list_holds).service(create::create_hold).service(get::get_hold).service(release::delete_hold);
}
