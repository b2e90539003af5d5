//! Files: a policy, and a ledger as one JSON object or as CloudEvents, one on each line or in a list.

use std::path::Path;

use anyhow::Context;
use relance_api::{
    body,
    simulation::{Ledger, document, read_ledger},
};
use relance_domain::policy::Policy;
use relance_openapi::simulation::SimulationLedger;
use serde_json::{Map, Value};

use super::told;

fn text(file: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("{} does not read", file.display()))
}

/// The policy in a file.
///
/// # Errors
/// Every fault.
pub fn policy(file: &Path) -> anyhow::Result<Policy> {
    let value: Value = serde_json::from_str(&text(file)?).with_context(|| format!("{} is not readable JSON", file.display()))?;
    document(&value, "").map_err(|refused| told(&file.display().to_string(), &refused))
}

/// The ledger in a file.
///
/// # Errors
/// Every fault.
pub fn ledger(file: &Path) -> anyhow::Result<Ledger> {
    let text = text(file)?;
    let shaped = shape(&text).with_context(|| format!("{} is not readable", file.display()))?;
    let refused = |refused| told(&file.display().to_string(), &refused);
    let ledger: SimulationLedger = match shaped {
        Shape::Whole => body::parse_any(text.as_bytes()).map_err(refused)?,
        Shape::Events(events) => SimulationLedger { events, ..SimulationLedger::default() },
    };
    read_ledger(ledger, "").map_err(refused)
}

enum Shape {
    /// One object of lists.
    Whole,
    /// CloudEvents.
    Events(Vec<Map<String, Value>>),
}

fn shape(text: &str) -> anyhow::Result<Shape> {
    let start = text.trim_start();
    if start.starts_with('[') {
        return Ok(Shape::Events(serde_json::from_str(text)?));
    }
    let first = start.lines().next().unwrap_or_default();
    let event = serde_json::from_str::<Map<String, Value>>(first).is_ok_and(|line| line.contains_key("data"));
    if !event {
        return Ok(Shape::Whole);
    }
    let line = |(number, line): (usize, &str)| serde_json::from_str(line).with_context(|| format!("line {}", number + 1));
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    Ok(Shape::Events(lines.map(line).collect::<anyhow::Result<_>>()?))
}
