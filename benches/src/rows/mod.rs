//! The rows of `performance.md` §4, one file a family.

pub mod bare;
pub mod dispatch;
pub mod idle;
pub mod ingest;
pub mod ingest_lite;
pub mod life;
pub mod plan;
pub mod read;
pub mod replay;
pub mod webhooks;
