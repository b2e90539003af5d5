//! The chain: each row carries a SHA-256 over what it says and over the row before.

use serde_json::json;
use sha2::{Digest, Sha256};

use crate::entity::audit_events::Model;

/// What the first row follows.
pub(super) const BEGINNING: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Lower-case hexadecimal SHA-256.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The hash that the row must have: over a JSON list of its columns in this order.
pub(super) fn hash(row: &Model) -> String {
    let Model {
        tenant_id,
        seq,
        id,
        at,
        actor_type,
        actor_id,
        request_id,
        address,
        action,
        resource_type,
        resource_id,
        before_digest,
        after_digest,
        prev_hash,
        hash: _,
    } = row;
    let content = json!([
        prev_hash,
        tenant_id,
        seq,
        id,
        at,
        actor_type,
        actor_id,
        request_id,
        address,
        action,
        resource_type,
        resource_id,
        before_digest,
        after_digest
    ]);
    sha256(content.to_string().as_bytes())
}
