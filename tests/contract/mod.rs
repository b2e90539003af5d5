//! The contract: shapes, problems, isolation, webhooks, the served description.

mod conventions;
mod examples;
mod ingest;
mod isolation;
mod openapi;
mod webhooks;
