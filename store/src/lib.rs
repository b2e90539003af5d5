//! Everything that knows a table name: entities, rows ↔ domain, repositories (tenant first),
//! the outbox, leases and transactions.

mod any;
pub mod audit;
mod batch;
mod change;
pub mod channels;
pub mod connectors;
pub mod credit_notes;
pub mod customers;
mod db;
pub mod documents;
pub mod drive;
pub mod due;
pub mod dunning;
mod entity;
mod error;
pub mod events;
pub mod facts;
pub mod forget;
pub mod heartbeat;
mod home;
pub mod idempotency;
pub mod inbox;
pub mod invoices;
mod json;
pub mod keys;
pub mod lease;
mod ledger;
pub mod listen;
pub mod outbox;
pub mod parked;
pub mod payments;
pub mod policies;
mod reads;
mod seal;
pub mod set_aside;
pub mod tenants;
pub mod test_clock;
mod time;
pub mod touch;
pub mod webhooks;
mod zones;

pub use db::{Scope, Store, StoreConfig, Tx};
pub use dunning::sending;
pub use error::StoreError;
pub use seal::{Resealing, Tally};
