//! Logs: JSON lines when not on a terminal, human lines on one. Filtered by target, which needs no regular
//! expressions in memory.

use std::io::IsTerminal;

use tracing_subscriber::{
    filter::{LevelFilter, Targets},
    fmt,
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

/// Libraries that say more than an operator wants to read; the filter given comes after and wins.
const QUIET: &str = "sqlx=warn,actix_server=warn";

/// Starts logging to standard error; a filter that does not read becomes `info`.
pub fn start(filter: &str) {
    let whole = format!("{filter},{QUIET},{},{filter}", relance_workers::queue::QUIET);
    let filter: Targets = whole.parse().unwrap_or_else(|_| Targets::new().with_default(LevelFilter::INFO));
    let registry = tracing_subscriber::registry().with(filter);
    // a second start (tests in one process) changes nothing
    let _ = if std::io::stderr().is_terminal() {
        registry.with(fmt::layer().with_writer(std::io::stderr).with_target(false)).try_init()
    } else {
        registry.with(fmt::layer().json().flatten_event(true).with_writer(std::io::stderr)).try_init()
    };
}
