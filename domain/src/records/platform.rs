//! Tenants, policies and endpoints as we know them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    breaker::Breaker,
    ids::{EndpointId, EventId, KeyId, PolicyId, TenantId},
    policy::PolicyDocument,
    settings::Settings,
};

/// A tenant as we know it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TenantRecord {
    /// Id.
    pub id: TenantId,
    /// Name.
    pub name: String,
    /// Live or test.
    pub live: bool,
    /// The test tenant's clock.
    pub clock_at: Option<DateTime<Utc>>,
    /// Settings.
    pub settings: Settings,
    /// Version of the settings.
    pub settings_version: i64,
    /// Created.
    pub created_at: DateTime<Utc>,
}

/// A version of a policy as we know it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PolicyRecord {
    /// Id.
    pub id: PolicyId,
    /// Version.
    pub version: i32,
    /// `draft`, `active`, `retired`.
    pub state: String,
    /// The preset it was made from.
    pub preset: Option<String>,
    /// What it says.
    pub document: PolicyDocument,
    /// When it was activated.
    pub activated_at: Option<DateTime<Utc>>,
    /// Created.
    pub created_at: DateTime<Utc>,
}

/// A webhook endpoint as we know it; its secrets are never in here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EndpointRecord {
    /// Id.
    pub id: EndpointId,
    /// Where to.
    pub url: String,
    /// Words.
    pub description: Option<String>,
    /// Types it wants: a type, a group (`invoice.*`), or `*`.
    pub event_types: Vec<String>,
    /// Only events about customers of these segments, and about no customer; empty: all.
    #[serde(default)]
    pub segments: Vec<String>,
    /// `full` or `thin`.
    pub payload: String,
    /// `none`, or `subject`: one in flight per subject, in order.
    #[serde(default)]
    pub ordering: String,
    /// Version of the bodies it gets: that of its creation.
    #[serde(default)]
    pub api_version: String,
    /// `enabled` or `disabled`.
    pub status: String,
    /// Why it is disabled.
    pub disabled_reason: Option<String>,
    /// Its health.
    #[serde(default)]
    pub breaker: Breaker,
    /// Row version.
    pub row_version: i64,
    /// Created.
    pub created_at: DateTime<Utc>,
}

/// A key as we know it; its secret is not known to us.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyRecord {
    /// Id.
    pub id: KeyId,
    /// Tenant.
    pub tenant: TenantId,
    /// The public part, by which people recognise it.
    pub lookup: String,
    /// What it may do; `*` is all.
    pub scopes: Vec<String>,
    /// Networks that it is taken from; none: from everywhere.
    pub networks: Vec<String>,
    /// Until when.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
    /// The key that takes its place.
    pub rotated_to: Option<KeyId>,
    /// Created.
    pub created_at: DateTime<Utc>,
}

/// What the mail about a disabled endpoint tells its tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisabledEndpoint {
    /// Endpoint.
    pub endpoint_id: EndpointId,
    /// Where it is.
    pub url: String,
    /// `only_failures` or `gone`.
    pub reason: String,
    /// When it was disabled: the tenant's clock.
    pub at: DateTime<Utc>,
}

/// An outbox event as we know it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EventRecord {
    /// Id.
    pub id: EventId,
    /// Place in the tenant's feed.
    pub position: i64,
    /// Type (wire word).
    pub kind: String,
    /// Subject's type (wire word).
    pub subject_type: String,
    /// Subject's id, with prefix.
    pub subject_id: String,
    /// Per subject, from 1 without holes.
    pub sequence: i64,
    /// Clock time of the tenant.
    pub at: DateTime<Utc>,
    /// Live or test.
    pub live: bool,
    /// What it carries; `None`: its content is no longer kept.
    pub object: Option<super::EventObject>,
    /// Field → value before.
    pub changes: serde_json::Map<String, serde_json::Value>,
    /// The request that brought it about; `None`: none did.
    pub request_id: Option<String>,
}
