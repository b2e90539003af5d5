//! `GET /v1/audit_events/export`.

use std::collections::VecDeque;

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Bytes, Data},
};
use futures::{Stream, stream::try_unfold};
use relance_domain::ids::TenantId;
use relance_store::{
    Store, StoreError,
    audit::{self, Filter, Way},
};

use super::{filter, view};
use crate::{
    caller::{Caller, Scope},
    problem::Answer,
    query::Query,
    state::App,
};

/// Rows held at a time.
const PAGE: u64 = 500;

/// The log as it was written, oldest first, one row a line: whoever keeps it can check `hash` and `prev_hash` himself.
#[utoipa::path(
    tag = "audit",
    operation_id = "export_audit_events",
    params(
        ("action" = Option<String>, Query, description = "One `operationId`."),
        ("resource_id" = Option<String>, Query, description = "Done to this."),
        ("actor_id" = Option<String>, Query, description = "Done by this key or subject."),
        ("at_gte" = Option<String>, Query, description = "From this instant on."),
        ("at_lt" = Option<String>, Query, description = "Before this instant.")
    ),
    responses((status = 200, description = "Rows of the log as lines of JSON.", body = String, content_type = "application/x-ndjson"))
)]
#[get("/v1/audit_events/export")]
pub async fn export_audit_events(req: HttpRequest, app: Data<App>, caller: Caller) -> Answer<HttpResponse> {
    caller.require(Scope::AuditRead)?;
    let filter = filter(&Query::read(&req, &["action", "resource_id", "actor_id", "at_gte", "at_lt"])?)?;
    Ok(HttpResponse::Ok().content_type("application/x-ndjson").streaming(lines(app.store.clone(), caller.tenant, filter)))
}

/// What the export is at: rows read and not yet given, the last place read, and whether there is more.
struct At {
    lines: VecDeque<Bytes>,
    seq: i64,
    more: bool,
}

fn lines(store: Store, tenant: TenantId, filter: Filter) -> impl Stream<Item = Result<Bytes, StoreError>> {
    let begin = At { lines: VecDeque::new(), seq: 0, more: true };
    try_unfold((store, filter, begin), move |(store, filter, mut at)| async move {
        while at.lines.is_empty() && at.more {
            let tx = store.read(tenant).await?;
            let rows = audit::list(&tx, tenant, &filter, Way::On(at.seq), PAGE).await?;
            tx.commit().await.map_err(StoreError::from)?;
            at.more = u64::try_from(rows.len()).is_ok_and(|count| count == PAGE);
            at.seq = rows.last().map_or(at.seq, |row| row.seq);
            for row in &rows {
                let mut line = serde_json::to_vec(&view(row)).map_err(|error| StoreError::inconsistent("audit_events", error))?;
                line.push(b'\n');
                at.lines.push_back(line.into());
            }
        }
        Ok(at.lines.pop_front().map(|line| (line, (store, filter, at))))
    })
}
