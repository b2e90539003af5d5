//! `/v1/tasks`: what people have to do.

mod complete;
mod get;
mod list;
mod sheet;

pub(super) use complete::ids;

use crate::routes::Registry;

/// Registers them.
pub fn routes(cfg: &mut impl Registry) {
    cfg.service(list::list_tasks).service(get::get_task).service(sheet::get_task_sheet).service(complete::complete_task);
}
