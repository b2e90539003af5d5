//! `/v1/audit_events`: who did what.

mod export;
mod list;

use relance_openapi::{
    audit::{AuditActor, AuditEventView, AuditResource},
    time::at,
};
use relance_store::audit::{AuditRecord, Filter};

use crate::{problem::Answer, query::Query, routes::Registry};

/// Registers them.
pub fn routes(cfg: &mut impl Registry) {
    cfg.service(list::list_audit_events).service(export::export_audit_events);
}

fn filter(query: &Query) -> Answer<Filter> {
    let text = |name| query.text(name).map(str::to_owned);
    Ok(Filter {
        action: text("action"),
        resource_id: text("resource_id"),
        actor_id: text("actor_id"),
        at_gte: query.at("at_gte")?,
        at_lt: query.at("at_lt")?,
    })
}

fn view(record: &AuditRecord) -> AuditEventView {
    let AuditRecord {
        id,
        seq,
        at: when,
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
        hash,
    } = record;
    AuditEventView {
        id: id.to_string(),
        seq: *seq,
        at: at(*when),
        actor: AuditActor { kind: actor_type.clone(), id: actor_id.clone() },
        key_id: actor_id.clone().filter(|_| actor_type == "api_key"),
        request_id: request_id.clone(),
        client_address: address.clone(),
        action: action.clone(),
        resource: AuditResource { kind: resource_type.clone(), id: resource_id.clone() },
        before_digest: before_digest.clone(),
        after_digest: after_digest.clone(),
        prev_hash: prev_hash.clone(),
        hash: hash.clone(),
    }
}
