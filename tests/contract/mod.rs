//! The contract: shapes, problems, isolation, webhooks, the served description.

mod conventions;
mod ingest;
mod isolation;
mod openapi;
pub mod webhooks;
