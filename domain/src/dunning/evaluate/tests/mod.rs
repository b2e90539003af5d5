//! The decision, tested without a server: dated examples, rules and properties.

mod answers;
mod before_leaving;
mod copies;
mod fields;
mod golden;
mod limitation;
mod moments;
mod preset_rules;
mod properties;
mod recipients;
mod resting_days;
mod rules;
mod sim;
mod standings;
mod telling;
mod thresholds;
mod told;
mod worlds;
