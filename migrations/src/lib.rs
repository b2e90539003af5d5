//! Schema steps, nothing else. Each is one SQL text for both databases, run in one transaction
//! under one lock; a released step is never edited.

mod runner;
mod steps;

pub use runner::{Applied, Status, down, status, up};
pub use steps::{STEPS, Step};
