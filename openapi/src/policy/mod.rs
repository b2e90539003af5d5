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
