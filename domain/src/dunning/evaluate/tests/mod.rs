//! The decision, tested without a server: dated examples, rules and properties.

mod fields;
mod golden;
mod limitation;
mod preset_rules;
mod properties;
mod rules;
mod sim;
mod worlds;
