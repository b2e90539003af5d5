//! Mails that came in, on the wire.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What became of a mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MailTaken {
    /// `report` of a mail server, `reply` of a person, `automatic_reply` of a machine.
    #[schema(example = "report")]
    pub kind: String,
    /// What a report says: `hard_bounce`, `soft_bounce`, `failed`, `deferred`, `accepted`, `delivered`, `opened`, `complained`.
    #[schema(example = "hard_bounce")]
    pub report: Option<String>,
    /// `taken`; `known`, the same mail was taken before, or it says nothing new; `unmatched`, it carries nothing of ours.
    #[schema(example = "taken")]
    pub result: String,
    /// The reminder that it is about.
    pub reminder_id: Option<String>,
    /// The customer that it is about or from.
    pub customer_id: Option<String>,
}
