//! The audit log on the wire.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who acted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditActor {
    /// `api_key`, `jwt` (a token of an identity provider), `operator` or `cli`.
    #[schema(example = "api_key")]
    #[serde(rename = "type")]
    pub kind: String,
    /// Id of the key or subject of the token; null for the operator.
    #[schema(example = "key_01j9z3k5x8q2v7w4n6m1b0c9d8")]
    pub id: Option<String>,
}

/// The thing it was done to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditResource {
    /// Kind.
    #[schema(example = "hold")]
    #[serde(rename = "type")]
    pub kind: String,
    /// Id; of a channel its name, null for what there is one of.
    #[schema(example = "hld_01j9z3k5x8q2v7w4n6m1b0c9d8")]
    pub id: Option<String>,
}

/// One thing that somebody did. Facts that a source pushes are not told here: they have a trail of their own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditEventView {
    /// Id.
    #[schema(example = "aud_01j9z3k5x8q2v7w4n6m1b0c9d8")]
    pub id: String,
    /// Place in the tenant's log, from 1 without holes.
    #[schema(example = 42)]
    pub seq: i64,
    /// When, in real time.
    #[schema(example = "2026-11-22T10:00:00.000Z")]
    pub at: String,
    /// Who.
    pub actor: AuditActor,
    /// The API key used; null for others.
    #[schema(example = "key_01j9z3k5x8q2v7w4n6m1b0c9d8")]
    pub key_id: Option<String>,
    /// The request, as its answer named it in `X-Request-Id`.
    #[schema(example = "req_0190f8b6a4c97c3e8d2f5b7a9c1e3d5f")]
    pub request_id: Option<String>,
    /// Address of the client.
    #[schema(example = "203.0.113.9")]
    pub client_address: Option<String>,
    /// What was done: the operation's `operationId`, or a command.
    #[schema(example = "create_hold")]
    pub action: String,
    /// To what.
    pub resource: AuditResource,
    /// SHA-256 of the thing's JSON before; null for what was new.
    #[schema(example = json!(null))]
    pub before_digest: Option<String>,
    /// SHA-256 of the JSON that was answered, without what is shown once; null when nothing was.
    #[schema(example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    pub after_digest: Option<String>,
    /// `hash` of the row before; 64 zeros for the first.
    #[schema(example = "0000000000000000000000000000000000000000000000000000000000000000")]
    pub prev_hash: String,
    /// SHA-256 over this row and `prev_hash`.
    #[schema(example = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae")]
    pub hash: String,
}

crate::page!(AuditEventList of AuditEventView, "Rows of the audit log, newest first.");
