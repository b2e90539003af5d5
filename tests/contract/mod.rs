//! The contract: shapes, problems, isolation, webhooks, the served description.

mod answers;
mod audit;
mod causes;
mod conventions;
mod examples;
mod guides;
mod idempotency;
mod ingest;
mod isolation;
mod keys;
mod notices;
mod openapi;
mod owasp;
mod pages;
mod scopes;
mod sealed;
mod sources;
mod tenancy;
mod tokens;
pub mod webhooks;
