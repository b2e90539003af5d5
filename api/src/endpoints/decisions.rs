//! `/v1/decisions`: why something was done, or not.

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};
use relance_domain::ids::DecisionId;
use relance_openapi::decision::{DecisionList, DecisionView};
use relance_store::dunning::decisions::{self, Filter};

use crate::{
    caller::{Caller, Scope},
    etag::tagged,
    problem::Answer,
    query::{self, Query, path_id},
    routes::Registry,
    state::App,
};

/// Registers them.
pub fn routes(cfg: &mut impl Registry) {
    cfg.service(list_decisions).service(get_decision);
}

/// Decisions, newest first: what was done about a customer or an invoice, or withheld, and why.
#[utoipa::path(
    tag = "decisions",
    operation_id = "list_decisions",
    params(
        ("customer_id" = Option<String>, Query, description = "About one customer."),
        ("invoice_id" = Option<String>, Query, description = "That speak of one invoice."),
        ("limit" = Option<u32>, Query, description = "Rows, 1 to 200."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before.")
    ),
    responses((status = 200, description = "A page of decisions.", body = DecisionList))
)]
#[get("/v1/decisions")]
pub async fn list_decisions(req: HttpRequest, app: Data<App>, caller: Caller) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    let query = Query::read(&req, &["customer_id", "invoice_id", "limit", "cursor"])?;
    let page = query.paging(caller.tenant)?;
    let filter = Filter { customer_id: query.id("customer_id")?, invoice_id: query.id("invoice_id")? };
    let tx = app.store.read(caller.tenant).await?;
    let rows = decisions::list(&tx, caller.tenant, &filter, page.after_id()?, page.fetch()).await?;
    let (rows, next) = page.cut(rows, |row| vec![row.id.0.to_string()]);
    Ok(HttpResponse::Ok().json(DecisionList::new(rows.iter().map(Into::into).collect(), next)))
}

/// One decision with its reasons, rules and facts.
#[utoipa::path(
    tag = "decisions",
    operation_id = "get_decision",
    params(("id" = String, Path, description = "Id of the decision.")),
    responses((status = 200, description = "The decision.", body = DecisionView))
)]
#[get("/v1/decisions/{id}")]
pub async fn get_decision(req: HttpRequest, app: Data<App>, caller: Caller, id: Path<String>) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    query::none(&req)?;
    let id: DecisionId = path_id(&id)?;
    let tx = app.store.read(caller.tenant).await?;
    let record = decisions::get(&tx, caller.tenant, id).await?;
    // a decision never changes
    Ok(tagged(1, &DecisionView::from(&record)))
}
