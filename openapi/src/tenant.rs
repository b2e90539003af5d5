//! Tenants as the operator sees them.

use relance_domain::records::TenantRecord;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::time::at;

/// A tenant to be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTenantInput {
    /// Name.
    pub name: String,
    /// `live` or `test`.
    pub mode: String,
    /// Where a test tenant's clock begins, RFC 3339; absent: now.
    pub clock: Option<String>,
}

/// A tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TenantView {
    /// Id; null in a dry run.
    pub id: Option<String>,
    /// The same, under the name the command line uses.
    pub tenant_id: Option<String>,
    /// Name.
    pub name: String,
    /// `live` or `test`.
    pub mode: String,
    /// The test clock.
    pub clock: Option<String>,
    /// Created.
    pub created_at: Option<String>,
}

impl From<&TenantRecord> for TenantView {
    fn from(record: &TenantRecord) -> Self {
        let TenantRecord { id, name, live, clock_at, settings: _, settings_version: _, created_at } = record;
        Self {
            id: Some(id.to_string()),
            tenant_id: Some(id.to_string()),
            name: name.clone(),
            mode: if *live { "live" } else { "test" }.to_owned(),
            clock: clock_at.map(at),
            created_at: Some(at(*created_at)),
        }
    }
}

/// A new tenant with its first key: shown here and never again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CreatedTenant {
    /// The tenant.
    #[serde(flatten)]
    pub tenant: TenantView,
    /// A key with every scope; null in a dry run.
    pub api_key: Option<String>,
}

crate::page!(TenantList of TenantView, "Tenants, newest first.");
