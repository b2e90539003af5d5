//! The contract: shapes, problems, isolation, webhooks, the served description.

mod answers;
mod audit;
mod conventions;
mod guides;
mod idempotency;
mod ingest;
mod isolation;
mod keys;
mod openapi;
mod pages;
mod scopes;
mod sealed;
mod sources;
mod tenancy;
pub mod webhooks;
