//! Time as an argument: the trait only. The system clock lives in the binary, a test tenant's in its row.

use chrono::{DateTime, Utc};

/// Says what time it is.
pub trait Clock: Send + Sync + 'static {
    /// Now, in whole milliseconds.
    fn now(&self) -> DateTime<Utc>;
}
