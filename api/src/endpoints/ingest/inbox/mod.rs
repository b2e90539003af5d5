//! `/v1/ingest/inbox`: webhooks of sources as they came, and what became of them.

mod get;
mod list;
mod replay;

pub use get::get_inbox;
pub use list::list_inbox;
pub use replay::replay_inbox;
