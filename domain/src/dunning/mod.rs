//! The dunning decision: (policy, facts, calendar, now) → actions, reasons, next look. Pure.

mod decision;
mod evaluate;
mod occasion;
mod snapshot;
mod summary;
pub(crate) mod title;
mod why;

pub use decision::*;
pub use evaluate::{
    PlannedAnswer, RestingOn, SETTLE_SECONDS, answer, deadline_granted, evaluate, leaves_until, look_again, look_at_answer, region_of,
    resting,
};
pub use occasion::Occasion;
pub use snapshot::*;
pub use summary::facts_summary;
pub use title::Title;
pub use why::{Basis, Change, Language, Param, Params, Why};
pub(crate) use why::{params, told};
