//! The tests from outside: the real binary, raw JSON in and out, SQLite and a throw-away PostgreSQL.

mod architecture;
mod contract;
mod documents;
mod properties;
mod resilience;
mod statements;
mod stories;
mod support;
