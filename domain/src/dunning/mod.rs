//! The dunning decision: (policy, facts, calendar, now) → actions, reasons, next look. Pure.

mod decision;
mod evaluate;
mod snapshot;
mod summary;
mod why;

pub use decision::*;
pub use evaluate::{RestingOn, SETTLE_SECONDS, deadline_granted, evaluate, look_again, region_of, resting};
pub use snapshot::*;
pub use summary::facts_summary;
pub use why::{Basis, Change, Language, Param, Params, Why};
pub(crate) use why::{params, told};
