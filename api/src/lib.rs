//! Facts in, views out: one endpoint a file; extractors do tenant, scope and limits.

pub mod body;
pub mod caller;
pub mod docs;
pub mod documents;
pub mod email;
pub mod endpoints;
pub mod etag;
pub mod facts;
pub mod intake;
pub mod known_keys;
pub mod middleware;
pub mod named;
pub mod once;
pub mod page;
pub mod problem;
pub mod query;
pub mod quota;
pub mod retired;
pub mod routes;
pub mod server;
pub mod state;
pub mod translation;
