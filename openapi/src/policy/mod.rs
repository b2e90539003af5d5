//! Policies on the wire.

mod document;

use relance_domain::{policy::PolicyDocument, records::PolicyRecord};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

pub use document::*;

use crate::time::at;

/// A version of a policy. Beside these members stand those of the policy itself ([`PolicyInput`]).
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PolicyView {
    /// Id, shared by the versions; null in a dry run of a creation.
    pub id: Option<String>,
    /// Version, from 1; also the ETag.
    pub version: i32,
    /// `draft`, `active` or `retired`.
    pub state: String,
    /// The version in force, if any.
    pub active_version: Option<i32>,
    /// The preset it was made from.
    pub preset: Option<String>,
    /// When this version came into force.
    pub activated_at: Option<String>,
    /// When this version was made.
    pub created_at: Option<String>,
    /// What it says.
    #[serde(flatten)]
    #[schema(value_type = PolicyInput)]
    pub document: Map<String, Value>,
}

impl PolicyView {
    /// The view of what would be made: nothing of it is stored.
    pub fn would_be(id: Option<String>, version: i32, document: &PolicyDocument) -> Self {
        Self {
            id,
            version,
            state: "draft".to_owned(),
            active_version: None,
            preset: None,
            activated_at: None,
            created_at: None,
            document: members(document),
        }
    }
}

/// The members of a policy document, in their order.
pub fn members(document: &PolicyDocument) -> Map<String, Value> {
    match serde_json::to_value(document) {
        Ok(Value::Object(members)) => members,
        _ => Map::new(),
    }
}

impl From<&PolicyRecord> for PolicyView {
    fn from(record: &PolicyRecord) -> Self {
        let PolicyRecord { id, version, state, preset, document, activated_at, created_at } = record;
        Self {
            id: Some(id.to_string()),
            version: *version,
            state: state.clone(),
            active_version: (state == "active").then_some(*version),
            preset: preset.clone(),
            activated_at: activated_at.map(at),
            created_at: Some(at(*created_at)),
            document: members(document),
        }
    }
}

crate::page!(PolicyList of PolicyView, "Policies in their newest version, newest policy first.");

/// A built-in policy.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PolicyPresetView {
    /// Its key, also its name.
    #[schema(example = "fr_business")]
    pub key: String,
    /// What it says.
    #[schema(value_type = PolicyInput)]
    pub document: Map<String, Value>,
}

/// The built-in policies.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PolicyPresetList {
    /// All of them.
    pub data: Vec<PolicyPresetView>,
    /// Always false.
    pub has_more: bool,
    /// Always null.
    pub next_cursor: Option<String>,
}

/// How a policy comes into force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActivateInput {
    /// What happens to invoices that are overdue already: `skip` (not chased by it), `first_step`
    /// (begin at the first overdue step; the default) or `by_age` (begin at the reminder that fits their age).
    pub backlog: Option<String>,
    /// The first looks at the backlog are spread over so many days.
    #[schema(maximum = 60)]
    pub spread_days: Option<u16>,
    /// How many open overdue invoices it takes in; absent: none. A wrong count is refused with the right one.
    pub confirm_count: Option<u64>,
}

/// Confirms how many running cases move.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MigrateInput {
    /// How many running cases move; absent: none. A wrong count is refused with the right one.
    pub confirm_count: Option<u64>,
}

/// Where an open invoice of a case that moves goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MigratedInvoice {
    /// Invoice.
    #[schema(example = "inv_01hzy4d6n6e6vb3r3m2q9k7x1a")]
    pub invoice_id: String,
    /// Its number.
    #[schema(example = "FA-2026-0412")]
    pub number: String,
    /// Its customer.
    #[schema(example = "cus_01hzy4d6n6e6vb3r3m2q9k7x1a")]
    pub customer_id: String,
    /// The version it moves from.
    #[schema(example = 1)]
    pub from_version: i32,
    /// Its last step that was really done.
    #[schema(example = "first")]
    pub last_step: Option<String>,
    /// The step it would have had next.
    #[schema(example = "second")]
    pub next_step_before: Option<String>,
    /// The step it has next now; null: the ladder is at its end.
    #[schema(example = "second")]
    pub next_step_after: Option<String>,
    /// Steps of the new version that lie behind where it stands: they are waived.
    pub waived_steps: Vec<String>,
}

/// Invoices that a migration lists at most.
const MOST_LISTED: usize = 500;

/// Who moves where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MigrationView {
    /// Policy.
    #[schema(example = "pol_01hzy4d6n6e6vb3r3m2q9k7x1a")]
    pub policy_id: String,
    /// The version they move to.
    #[schema(example = 2)]
    pub to_version: i32,
    /// Running cases that move.
    #[schema(example = 1)]
    pub cases: u64,
    /// Their open invoices.
    #[schema(example = 1)]
    pub invoices: u64,
    /// The first 500 of these invoices.
    pub moves: Vec<MigratedInvoice>,
    /// Are there more of them?
    pub has_more: bool,
}

impl MigrationView {
    /// Lists the first of `invoices` and counts all of them.
    pub fn new(policy_id: String, to_version: i32, cases: u64, invoices: impl ExactSizeIterator<Item = MigratedInvoice>) -> Self {
        let count = invoices.len();
        Self {
            policy_id,
            to_version,
            cases,
            invoices: u64::try_from(count).unwrap_or(u64::MAX),
            moves: invoices.take(MOST_LISTED).collect(),
            has_more: count > MOST_LISTED,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_described_shape_is_the_shape_that_is_read() {
        for preset in relance_domain::policy::presets() {
            let written = Value::Object(members(&preset.document));
            let described: PolicyInput = serde_json::from_value(written.clone()).unwrap();
            let mut again = serde_json::to_value(described).unwrap();
            // a stated null and an absent member are one thing to a schema
            for name in ["data_max_age_hours", "heartbeat_max_age_hours"] {
                if written.get(name).is_some_and(Value::is_null) {
                    again[name] = Value::Null;
                }
            }
            assert_eq!(again, written, "{}", preset.key);
        }
    }
}
