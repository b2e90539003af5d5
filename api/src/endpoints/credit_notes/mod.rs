//! `/v1/credit_notes`: what is no longer owed.

mod get;
mod list;
mod put;

use crate::routes::Registry;

/// Registers them.
pub fn routes(cfg: &mut impl Registry) {
    cfg.service(list::list_credit_notes)
        .service(get::get_credit_note)
        .service(get::get_credit_note_by_external_id)
        .service(put::put_credit_note);
}
