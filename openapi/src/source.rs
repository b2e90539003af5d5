//! Sources and how their webhooks are verified.

use relance_domain::{
    connector::{HmacConfig, SignatureEncoding},
    records::ConnectorRecord,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{page, time::at};

/// Where the signature of kind `hmac` stands: an HMAC-SHA256 of the raw body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HmacSettings {
    /// Header.
    #[schema(example = "X-Signature", max_length = 100)]
    pub header: String,
    /// `hex` or `base64`.
    #[schema(example = "hex")]
    pub encoding: String,
    /// What stands before the signature.
    #[schema(example = "sha256=", max_length = 40)]
    pub prefix: Option<String>,
    /// Header with Unix seconds: `timestamp.body` is signed then, and must not be older than five minutes.
    #[schema(max_length = 100)]
    pub timestamp_header: Option<String>,
}

impl From<&HmacConfig> for HmacSettings {
    fn from(config: &HmacConfig) -> Self {
        let encoding = match config.encoding {
            SignatureEncoding::Hex => "hex",
            SignatureEncoding::Base64 => "base64",
        };
        Self {
            header: config.header.clone(),
            encoding: encoding.to_owned(),
            prefix: config.prefix.clone(),
            timestamp_header: config.timestamp_header.clone(),
        }
    }
}

/// HTTP Basic, as Chargebee sends it.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BasicSettings {
    /// Name.
    #[schema(max_length = 200)]
    pub username: String,
    /// Password.
    #[schema(max_length = 200)]
    pub password: String,
}

/// A source whose webhooks are to be taken.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SourceInput {
    /// Name: scopes every external id. Letters, digits, `-_.`, 1 to 64.
    #[schema(example = "stripe", max_length = 64)]
    pub name: String,
    /// `stripe`, `lago`, `chargebee`, `shopify`, `xero`, `quickbooks`, `gocardless`, `qonto`, `standard_webhooks`, `hmac` or `plain`.
    #[schema(example = "stripe")]
    pub kind: String,
    /// The signing secret that the sender shows. Of `standard_webhooks` and `plain` one is made when there is none.
    #[schema(max_length = 500)]
    pub secret: Option<String>,
    /// Needed for `hmac`.
    pub hmac: Option<HmacSettings>,
    /// For `chargebee`, instead of a secret in the address.
    pub basic: Option<BasicSettings>,
    /// What customers are unless the sender says: `business`, `consumer`, `public_body` or `unknown` (default, treated as consumer).
    #[schema(example = "business")]
    pub customer_kind: Option<String>,
}

/// What is to change; absent members stay.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SourcePatch {
    /// `enabled` or `disabled`: are webhooks taken?
    pub webhook: Option<String>,
    /// Of kind `hmac`.
    pub hmac: Option<HmacSettings>,
    /// What customers are unless the sender says.
    pub customer_kind: Option<String>,
}

/// A new secret, and how long old ones verify beside it.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SourceRotation {
    /// The sender's new secret. Of `standard_webhooks` and `plain` one is made when there is none.
    #[schema(max_length = 500)]
    pub secret: Option<String>,
    /// For `chargebee` with HTTP Basic.
    pub basic: Option<BasicSettings>,
    /// Hours, 0 to 168; 24 unless told otherwise.
    #[schema(minimum = 0, maximum = 168, example = 24)]
    pub overlap_hours: Option<i64>,
}

/// A source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ConnectorView {
    /// Id; null on a dry run of a new one.
    #[schema(example = "src_01hzy4d6n6e6vb3r3m2q9k7x1a")]
    pub id: Option<String>,
    /// Name: scopes every external id.
    pub name: String,
    /// Who sends webhooks; null when none are taken.
    #[schema(example = "stripe")]
    pub kind: Option<String>,
    /// `enabled` or `disabled`: are webhooks taken?
    #[schema(example = "enabled")]
    pub webhook: String,
    /// Where the sender posts to, below the address of this server; null when no webhooks are taken.
    #[schema(example = "/v1/sources/src_01hzy4d6n6e6vb3r3m2q9k7x1a/webhooks")]
    pub webhook_url: Option<String>,
    /// Of kind `hmac`.
    pub hmac: Option<HmacSettings>,
    /// What customers are unless the sender says.
    pub customer_kind: String,
    /// The secret, where it was made here: at creation and rotation only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// All payments up to then have been pushed.
    #[schema(format = DateTime)]
    pub payments_complete_until: Option<String>,
    /// When it last said so.
    #[schema(format = DateTime)]
    pub heartbeat_at: Option<String>,
    /// Its open items differ from the ledger: everything is held until they agree.
    pub ledger_differs: bool,
    /// When it was made or first heard of.
    #[schema(format = DateTime)]
    pub created_at: String,
}

impl From<&ConnectorRecord> for ConnectorView {
    fn from(record: &ConnectorRecord) -> Self {
        Self {
            id: Some(record.id.to_string()),
            name: record.name.clone(),
            kind: record.kind.clone(),
            webhook: if record.enabled { "enabled" } else { "disabled" }.to_owned(),
            webhook_url: record.kind.as_ref().map(|_| format!("/v1/sources/{}/webhooks", record.id)),
            hmac: record.config.hmac.as_ref().map(HmacSettings::from),
            customer_kind: record.config.customer_kind.clone().unwrap_or_else(|| "unknown".to_owned()),
            secret: None,
            payments_complete_until: record.payments_complete_until.map(at),
            heartbeat_at: record.heartbeat_at.map(at),
            ledger_differs: record.ledger_differs,
            created_at: at(record.created_at),
        }
    }
}

page!(ConnectorList of ConnectorView, "Sources, newest first.");
