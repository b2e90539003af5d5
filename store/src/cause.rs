//! Which request is being answered: what its changes tell the outside carries its id.

use std::sync::Arc;

tokio::task_local! {
    /// Id of the request being answered, where one is.
    pub static REQUEST_ID: Arc<str>;
}

/// Id of the request being answered; work that nobody asked for has none.
pub fn request() -> Option<Arc<str>> {
    REQUEST_ID.try_with(Arc::clone).ok()
}
