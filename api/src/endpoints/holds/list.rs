//! `GET /v1/holds`.

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use relance_openapi::hold::HoldList;
use relance_store::dunning::holds::{self, Filter};

use crate::{
    caller::{Caller, Scope},
    problem::Answer,
    query::Query,
    state::App,
};

/// Holds, newest first, the lifted ones too.
#[utoipa::path(
    tag = "holds",
    operation_id = "list_holds",
    params(
        ("customer_id" = Option<String>, Query, description = "Those that touch one customer, the tenant's own among them."),
        ("active" = Option<bool>, Query, description = "In force (true) or lifted (false)."),
        ("limit" = Option<u32>, Query, description = "Rows, 1 to 200."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before.")
    ),
    responses((status = 200, description = "A page of holds.", body = HoldList))
)]
#[get("/v1/holds")]
pub async fn list_holds(req: HttpRequest, app: Data<App>, caller: Caller) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    let query = Query::read(&req, &["customer_id", "active", "limit", "cursor"])?;
    let page = query.paging(caller.tenant)?;
    let active = query.text("active").map(|_| query.flag("active")).transpose()?;
    let filter = Filter { customer_id: query.id("customer_id")?, active };
    let tx = app.store.read(caller.tenant).await?;
    let rows = holds::list(&tx, caller.tenant, &filter, page.after_id()?, page.fetch()).await?;
    let (rows, next) = page.cut(rows, |row| vec![row.id.0.to_string()]);
    Ok(HttpResponse::Ok().json(HoldList::new(rows.iter().map(Into::into).collect(), next)))
}
