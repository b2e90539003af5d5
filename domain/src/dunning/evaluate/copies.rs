//! The same text by a second channel (`also_by`), the moment the message has left.

use super::{contact, context::Context, outcome::Draft};
use crate::{
    dunning::{Language, Why, decision::PlannedCopy, params},
    policy::{Channel, Step},
};

/// The copies of a step that goes over `channel`, each with the one who gets it. A copy that would find nobody is left
/// out and said; a formal notice to a consumer has none, as others could read it (`presets.md` §1 rule 7).
pub(super) fn of(context: &Context<'_>, step: &Step, channel: Channel, draft: &mut Draft) -> Vec<PlannedCopy> {
    if step.is_formal_notice() && !context.snapshot.customer.kind.pays_late_charges() {
        return Vec::new();
    }
    let mut copies = Vec::new();
    for &by in step.also_by.iter().filter(|by| **by != channel) {
        match contact::for_copy(context, step, by) {
            Some(chosen) => copies.push(PlannedCopy {
                channel: by,
                contact_id: chosen.contact_id,
                contact_reason: chosen.why.told(&chosen.params, Language::English),
            }),
            None => draft.reason(Why::NoContact, params![step = &step.key, channel = by], "step.also_by", None),
        }
    }
    copies
}
