//! The contract: shapes, problems, isolation, webhooks, the served description.

mod answers;
mod conventions;
mod idempotency;
mod ingest;
mod isolation;
mod openapi;
mod sources;
mod webhooks;
