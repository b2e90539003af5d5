//! `/v1/holds`: chasing rests.

mod create;
mod get;
mod list;
mod release;

use utoipa_actix_web::service_config::ServiceConfig;

/// Registers them.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list::list_holds).service(create::create_hold).service(get::get_hold).service(release::delete_hold);
}
