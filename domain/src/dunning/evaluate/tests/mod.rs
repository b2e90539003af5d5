//! The decision, tested without a server: dated examples, rules and properties.

mod golden;
mod properties;
mod rules;
mod sim;
