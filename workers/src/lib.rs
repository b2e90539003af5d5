

pub mod catcher;
pub mod clock;
mod due_rows;
pub mod engine;
pub mod evaluate;
pub mod housekeeping;
pub mod http;
pub mod outgoing;
pub mod queue;
pub mod sending;
pub mod webhooks;
