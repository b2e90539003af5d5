//! `evaluate`: (snapshot, now) → decision. Reads as the list of what is looked at, in order.

mod answer;
mod blocks;
mod cash;
mod charges;
mod conditions;
mod contact;
mod context;
mod copies;
mod dated;
mod due;
mod expiries;
mod guard;
mod ladder;
mod limitation;
mod look;
mod outcome;
mod owner;
mod pacing;
mod plan;
mod printed;
mod resting;
mod runs;
mod selfcheck;
mod small;
mod standing;
mod tasks;
#[cfg(test)]
mod tests;

pub use answer::{PlannedAnswer, answer, look_at_answer};
use chrono::{DateTime, Utc};
use context::Context;
pub use context::region_of;
pub use look::{leaves_until, look_again};
pub use printed::deadline_granted;
pub use resting::{RestingOn, resting};

use super::{decision::Decision, snapshot::Snapshot};

/// Facts about a customer's debt rest this long before anything new is planned on them: what is pushed
/// together (an invoice, then the payment that settles it) is judged together, in whatever order it
/// came. Whole imports are protected by policies that are drafts until somebody activates them.
pub const SETTLE_SECONDS: i64 = 5;

/// Decides about one customer. Same facts and same `now`, same answer.
pub fn evaluate(snapshot: &Snapshot, now: DateTime<Utc>) -> Decision {
    let context = Context::new(snapshot, now);
    let mut draft = outcome::Draft::new(now);
    let settled = expiries::work_off(&context, &mut draft);
    let blocks = blocks::find(&context, &settled);
    selfcheck::raise_tasks(&context, &mut draft);
    dated::raise_tasks(&context, &blocks, &mut draft);
    limitation::raise_tasks(&context, &mut draft);
    let live = standing::check_live_reminders(&context, &settled, &blocks, &mut draft);
    if let Some(policy) = &context.policy {
        let due = due::find(&context, policy, &blocks, &live, &mut draft);
        plan::plan(&context, policy, due, &live, &mut draft);
    }
    outcome::finish(&context, &blocks, &live, draft)
}
