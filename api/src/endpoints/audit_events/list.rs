//! `GET /v1/audit_events`.

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use relance_openapi::{audit::AuditEventList, problem::Code};
use relance_store::audit::{self, Way};

use super::{filter, view};
use crate::{
    caller::{Caller, Scope},
    page::Paging,
    problem::{Answer, Refusal},
    query::Query,
    state::App,
};

/// What people, programs and the operator did, newest first.
#[utoipa::path(
    tag = "audit",
    operation_id = "list_audit_events",
    params(
        ("action" = Option<String>, Query, description = "One `operationId`."),
        ("resource_id" = Option<String>, Query, description = "Done to this."),
        ("actor_id" = Option<String>, Query, description = "Done by this key or subject."),
        ("at_gte" = Option<String>, Query, description = "From this instant on."),
        ("at_lt" = Option<String>, Query, description = "Before this instant."),
        ("limit" = Option<u32>, Query, description = "Rows, 1 to 200."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before.")
    ),
    responses((status = 200, description = "A page of the log.", body = AuditEventList))
)]
#[get("/v1/audit_events")]
pub async fn list_audit_events(req: HttpRequest, app: Data<App>, caller: Caller) -> Answer<HttpResponse> {
    caller.require(Scope::AuditRead)?;
    let query = Query::read(&req, &["action", "resource_id", "actor_id", "at_gte", "at_lt", "limit", "cursor"])?;
    let page = query.paging(caller.tenant)?;
    let (filter, before) = (filter(&query)?, place(&page)?);
    let tx = app.store.read(caller.tenant).await?;
    let rows = audit::list(&tx, caller.tenant, &filter, Way::Back(before), page.fetch()).await?;
    let (rows, next) = page.cut(rows, |row| vec![row.seq.to_string()]);
    Ok(HttpResponse::Ok().json(AuditEventList::new(rows.iter().map(view).collect(), next)))
}

fn place(page: &Paging) -> Answer<Option<i64>> {
    let mismatch = || Refusal::field(Code::CursorMismatch, "query:cursor", "Use next_cursor as it was given, with the same filters.");
    match page.after() {
        None => Ok(None),
        Some([seq]) => seq.parse().map(Some).map_err(|_| mismatch()),
        Some(_) => Err(mismatch()),
    }
}
