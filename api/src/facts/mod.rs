//! From what a body says to a fact of the domain, or every fault with its pointer.

mod customer;
mod event;
mod invoice;
mod money_in;
mod reader;
mod state;

pub use customer::customer;
pub use event::{Incoming, fact, incoming};
pub use invoice::invoice;
pub use money_in::{credit_note, payment, reversal};
pub use reader::Reader;
pub use state::{Stated, refusal, state, stated};

use crate::{body::Faults, problem::Answer};

/// Longest external id, in characters.
pub const MOST_EXTERNAL_ID: usize = 200;

/// May this be the name of a source: letters, digits, `-_.`, 1 to 64?
pub fn is_source(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

/// May this be an external id: 1 to 200 visible characters?
pub fn is_external_id(text: &str) -> bool {
    let length = text.chars().count();
    (1..=MOST_EXTERNAL_ID).contains(&length) && text.trim() == text && !text.chars().any(char::is_control)
}

/// The source and the external id of a path.
///
/// # Errors
/// 422 when they cannot be names.
pub fn path_names(path: (String, String)) -> Answer<(String, String)> {
    let mut faults = Faults::default();
    check_source(&mut faults, "path:source", &path.0);
    check_external_id(&mut faults, "path:external_id", &path.1);
    faults.check().map(|()| path)
}

/// Notes a fault unless this can be the name of a source.
pub fn check_source(faults: &mut Faults, pointer: &str, text: &str) {
    if !is_source(text) {
        faults.invalid(pointer, "A source is named with 1 to 64 letters, digits, \"-\", \"_\" and \".\".");
    }
}

/// Notes a fault unless this can be an external id.
pub fn check_external_id(faults: &mut Faults, pointer: &str, text: &str) {
    if !is_external_id(text) {
        faults.invalid(pointer, format!("An external id has 1 to {MOST_EXTERNAL_ID} visible characters."));
    }
}
