//! API keys on the wire.

use relance_domain::records::KeyRecord;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::time::at;

/// A key to be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewApiKey {
    /// What it may do; absent: what the calling key may.
    pub scopes: Option<Vec<String>>,
    /// Until when, RFC 3339; absent: as long as the calling key.
    pub expires_at: Option<String>,
    /// Networks that it is taken from, in CIDR notation; absent: those of the calling key, and if it has none, everywhere.
    #[schema(example = json!(["203.0.113.0/24", "2001:db8::/32"]), max_items = 50)]
    pub allowed_cidrs: Option<Vec<String>>,
}

/// How a key is rotated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyRotation {
    /// Hours that the old key goes on beside the new one, 0 to 168; absent: 24.
    #[schema(minimum = 0, maximum = 168, example = 24)]
    pub overlap_hours: Option<i64>,
}

/// A key as it is shown: never its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ApiKeyView {
    /// Id; null in a dry run.
    #[schema(example = "key_01j9z3k5x8q2v7w4n6m1b0c9d8")]
    pub id: Option<String>,
    /// Its beginning, by which people recognise it.
    #[schema(example = "rlk_test_7f3k9q2m")]
    pub prefix: String,
    /// What it may do; `*` is all.
    pub scopes: Vec<String>,
    /// Until when.
    pub expires_at: Option<String>,
    /// Networks that it is taken from; empty: from everywhere.
    #[schema(example = json!(["203.0.113.0/24"]))]
    pub allowed_cidrs: Vec<String>,
    /// When it was revoked.
    pub revoked_at: Option<String>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<String>,
    /// The key that takes its place.
    pub rotated_to: Option<String>,
    /// Created.
    pub created_at: Option<String>,
}

impl ApiKeyView {
    /// The key `record` of a live tenant, or of a test tenant.
    pub fn of(record: &KeyRecord, live: bool) -> Self {
        let KeyRecord { id, tenant: _, lookup, scopes, networks, expires_at, revoked_at, last_used_at, rotated_to, created_at } = record;
        Self {
            id: Some(id.to_string()),
            prefix: format!("rlk_{}_{lookup}", if live { "live" } else { "test" }),
            scopes: scopes.clone(),
            expires_at: expires_at.map(at),
            allowed_cidrs: networks.clone(),
            revoked_at: revoked_at.map(at),
            last_used_at: last_used_at.map(at),
            rotated_to: rotated_to.map(|id| id.to_string()),
            created_at: Some(at(*created_at)),
        }
    }
}

/// A new key, with its text: shown here and never again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CreatedApiKey {
    /// The key.
    #[serde(flatten)]
    pub key: ApiKeyView,
    /// Its full text; null in a dry run.
    pub api_key: Option<String>,
}

crate::page!(ApiKeyList of ApiKeyView, "API keys, newest first, the revoked ones too.");

/// Who is calling.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MeView {
    /// The key's id; null for a token of an identity provider.
    pub key_id: Option<String>,
    /// Who acts: the key's id, or the token's subject.
    pub actor_id: String,
    /// The tenant's id.
    pub tenant_id: String,
    /// The tenant's name.
    pub tenant_name: String,
    /// `live` or `test`.
    pub mode: String,
    /// True in a live tenant.
    pub livemode: bool,
    /// What the key may do; `*` is all.
    pub scopes: Vec<String>,
    /// What time it is for the tenant: real, or its test clock.
    pub now: String,
}
