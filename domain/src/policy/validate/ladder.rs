//! The ladder as a whole: how its steps stand to each other.

use super::{
    super::{Channel, Step, StepDocument},
    faults::Faults,
    step::{self, Terms},
};
/// Most steps of a ladder.
const MOST_STEPS: usize = 40;

/// The steps in order: 1 to 40, keys unique, offsets never falling, a handover only after a
/// formal notice, and no message after one without a person (`presets.md` §1 rule 7).
pub(super) fn steps(stated: &[StepDocument], terms: &Terms<'_>, faults: &mut Faults) -> Vec<Step> {
    if stated.is_empty() || stated.len() > MOST_STEPS {
        faults.add("/steps", "out_of_range", format!("must be 1 to {MOST_STEPS} steps"));
    }
    let mut steps = Vec::with_capacity(stated.len().min(MOST_STEPS));
    let mut notice_seen = false;
    for (place, this) in stated.iter().enumerate() {
        let earlier = stated.get(..place).unwrap_or_default();
        against_earlier(this, earlier, place, faults);
        if this.channel == Channel::Handover.as_str() && !notice_seen {
            let detail = "a case is handed over only after a formal notice";
            faults.add(format!("/steps/{place}/channel"), "notice_required", detail);
        }
        if notice_seen && step::is_unasked_message(this) {
            let detail = "after a formal notice nothing leaves without a person: approval must be \"required\"";
            faults.add(format!("/steps/{place}/approval"), "approval_required", detail);
        }
        notice_seen |= step::is_formal_notice(this);
        steps.extend(step::step(this, place, terms, faults));
    }
    steps
}

fn against_earlier(this: &StepDocument, earlier: &[StepDocument], place: usize, faults: &mut Faults) {
    if earlier.iter().any(|other| other.key == this.key) {
        faults.add(format!("/steps/{place}/key"), "duplicate", "another step has this key");
    }
    if earlier.last().is_some_and(|previous| previous.offset_days > this.offset_days) {
        let detail = "must not be before the offset of the step above";
        faults.add(format!("/steps/{place}/offset_days"), "out_of_order", detail);
    }
}
