//! Contexts as the service would build them.

pub use relance_letters::sample::*;
