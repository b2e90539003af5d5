//! Holds on the wire.

use relance_domain::records::HoldRecord;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::time::{at, day};

/// A hold: chasing rests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HoldView {
    /// Id; null in a dry run.
    pub id: Option<String>,
    /// `tenant`, `customer`, `invoice`, `contact`.
    #[schema(example = "customer")]
    pub scope: String,
    /// What it covers; null: everybody.
    pub target_id: Option<String>,
    /// The customer it touches.
    pub customer_id: Option<String>,
    /// Why.
    #[schema(example = "manual")]
    pub reason: String,
    /// Last day held; null: until somebody lifts it.
    #[schema(format = Date)]
    pub until_on: Option<String>,
    /// Who placed it.
    pub placed_by: Option<String>,
    /// When.
    #[schema(format = DateTime)]
    pub placed_at: String,
    /// When it was lifted.
    #[schema(format = DateTime)]
    pub released_at: Option<String>,
    /// By whom; `expiry` when by itself.
    pub released_by: Option<String>,
}

impl From<&HoldRecord> for HoldView {
    fn from(record: &HoldRecord) -> Self {
        let HoldRecord {
            id,
            scope,
            target_id,
            customer_id,
            reason,
            until_on,
            placed_by,
            placed_at,
            released_at,
            released_by,
            row_version: _,
        } = record;
        Self {
            id: Some(id.to_string()),
            scope: scope.clone(),
            target_id: target_id.clone(),
            customer_id: customer_id.map(|id| id.to_string()),
            reason: reason.clone(),
            until_on: until_on.map(day),
            placed_by: placed_by.clone(),
            placed_at: at(*placed_at),
            released_at: released_at.map(at),
            released_by: released_by.clone(),
        }
    }
}

/// A hold to be placed. A customer or invoice is named by `target_id`, or by `target_external_id` with `source`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HoldInput {
    /// `tenant`, `customer`, `invoice`, `contact`.
    #[schema(example = "customer")]
    pub scope: String,
    /// What it covers; absent for the tenant.
    pub target_id: Option<String>,
    /// The source's id of the customer or invoice.
    pub target_external_id: Option<String>,
    /// The source of the external id.
    pub source: Option<String>,
    /// Why.
    #[schema(example = "manual")]
    pub reason: String,
    /// Last day held; absent: until somebody lifts it.
    #[schema(format = Date)]
    pub until_on: Option<String>,
}

crate::page!(HoldList of HoldView, "Holds, newest first.");
