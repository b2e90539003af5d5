//! The contract: shapes, problems, isolation, webhooks, the served description.

mod answers;
mod conventions;
mod guides;
mod idempotency;
mod ingest;
mod isolation;
mod keys;
mod openapi;
mod pages;
mod scopes;
pub mod webhooks;
