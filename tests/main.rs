//! The tests from outside: the real binary, raw JSON in and out, SQLite and a throw-away PostgreSQL.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on says so by ending")]

mod architecture;
mod contract;
mod documents;
mod feed;
mod listen;
mod properties;
mod resilience;
mod simulate;
mod statements;
mod store;
mod stories;
mod support;
mod webhook_kills;
