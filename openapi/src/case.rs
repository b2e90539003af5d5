//! Dunning cases.

use relance_domain::records::CaseRecord;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::time::at;

/// One customer's dunning cycle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CaseView {
    /// Id.
    #[schema(example = "cas_01hzy4d6n6e6vb3r3m2q9k7x1a")]
    pub id: String,
    /// Customer.
    pub customer_id: String,
    /// `open` or `closed`.
    #[schema(example = "open")]
    pub status: String,
    /// When it began.
    #[schema(format = DateTime)]
    pub opened_at: String,
    /// When it ended.
    #[schema(format = DateTime)]
    pub closed_at: Option<String>,
    /// Why it ended.
    #[schema(example = "paid")]
    pub close_reason: Option<String>,
}

impl From<&CaseRecord> for CaseView {
    fn from(record: &CaseRecord) -> Self {
        let CaseRecord { id, customer_id, opened_at, closed_at, close_reason } = record;
        Self {
            id: id.to_string(),
            customer_id: customer_id.to_string(),
            status: if closed_at.is_some() { "closed" } else { "open" }.to_owned(),
            opened_at: at(*opened_at),
            closed_at: closed_at.map(at),
            close_reason: close_reason.clone(),
        }
    }
}
