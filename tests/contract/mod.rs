//! The contract: shapes, problems, isolation, webhooks, the served description.

mod answers;
mod conventions;
mod examples;
mod guides;
mod idempotency;
mod ingest;
mod isolation;
mod openapi;
mod pages;
mod webhooks;
