//! What operations were asked and answered in the tests (`tests/contract/examples.rs` writes this file).

/// Operation and its recording, as JSON.
pub const EXAMPLES: &[(&str, &str)] = &[];
