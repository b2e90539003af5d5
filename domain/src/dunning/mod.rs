//! The dunning decision: (policy, facts, calendar, now) → actions, reasons, next look. Pure.

mod decision;
mod evaluate;
mod snapshot;
mod summary;
mod why;

pub use decision::*;
pub use evaluate::{RestingOn, SETTLE_SECONDS, evaluate, look_again, resting};
pub use snapshot::*;
pub use summary::facts_summary;
pub(crate) use why::params;
pub use why::{Basis, Change, Language, Param, Params, Why};
