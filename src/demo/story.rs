//! What the reader sees.

use std::path::PathBuf;

use relance_domain::calendar::{local_day, parse_zone};
use serde_json::Value;

use super::api::text;

/// Figures for the last lines.
#[derive(Debug, Default)]
pub struct Told {
    pub mails: usize,
    pub messages: usize,
    pub calls: usize,
    pub letters: Vec<PathBuf>,
    pub webhooks: (usize, usize),
    pub events: usize,
}

pub fn title(words: &str) {
    println!("\n{words}\n{}", "=".repeat(words.len()));
}

/// A dated line.
pub fn line(at: &str, words: &str) {
    let day = at.parse().map(|at| local_day(at, parse_zone("Europe/Paris").unwrap_or(chrono_tz::UTC)));
    match day {
        Ok(day) => println!("\n{}  {words}", day.format("%a %d %b %Y")),
        Err(_) => println!("\n{at}  {words}"),
    }
}

/// A line under a dated line.
pub fn detail(words: &str) {
    println!("                 {words}");
}

/// A signed webhook that went out.
pub fn webhook(kind: &str, verified: bool) {
    detail(&format!("-> webhook {kind}{}", if verified { ", signature verified" } else { ", not delivered yet" }));
}

/// Amounts of `totals` as people write them.
pub fn totals(object: &Value) -> String {
    let list = object.get("totals").and_then(Value::as_array).cloned().unwrap_or_default();
    list.iter().map(|sum| format!("{} {}", text(sum, "/amount"), text(sum, "/currency"))).collect::<Vec<_>>().join(" + ")
}

/// Numbers and steps of the invoices a message carries.
pub fn rows(object: &Value) -> String {
    let list = object.get("invoices").and_then(Value::as_array).cloned().unwrap_or_default();
    list.iter().map(|row| format!("{} at {}", text(row, "/number"), text(row, "/step_key"))).collect::<Vec<_>>().join(", ")
}

/// The beginning of a text, a few lines of it.
pub fn quote(words: &str, lines: usize) {
    for line in words.lines().map(str::trim).filter(|line| !line.is_empty()).take(lines) {
        let short: String = line.chars().take(100).collect();
        detail(&format!("| {short}{}", if line.chars().count() > 100 { "…" } else { "" }));
    }
}

pub fn ending(told: &Told, base: &str, keep: bool) {
    title("What happened");
    println!("{} e-mails, caught by a real SMTP server in this process; {} messages in all", told.mails, told.messages);
    println!("{} calls handed to a person", told.calls);
    for letter in &told.letters {
        println!("letter written to {}", letter.display());
    }
    println!("{} events, {} signed webhooks verified, {} refused", told.events, told.webhooks.0, told.webhooks.1);
    println!("\nAfter the last payment: silence.\n");
    if keep {
        println!("The server goes on: the API documentation is at {base}/docs/ (Ctrl-C ends it).");
    } else {
        println!("The API documentation is served at /docs/: `relance demo --keep` leaves this server running.");
    }
    println!("For real: `relance serve`, then `relance tenant create --name \"My firm\"`; `relance --help` says the rest.");
}
