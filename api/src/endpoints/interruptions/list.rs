//! `GET /v1/interruptions`.

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use relance_openapi::interruption::InterruptionList;
use relance_store::dunning::interruptions::{self, Filter};

use crate::{
    caller::{Caller, Scope},
    problem::Answer,
    query::Query,
    state::App,
};

/// Acts that began a new period of limitation, newest first; withdrawn ones too.
#[utoipa::path(
    tag = "interruptions",
    operation_id = "list_interruptions",
    params(
        ("customer_id" = Option<String>, Query, description = "Of one customer."),
        ("limit" = Option<u32>, Query, description = "Rows, 1 to 200."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before.")
    ),
    responses((status = 200, description = "A page of acts.", body = InterruptionList))
)]
#[get("/v1/interruptions")]
pub async fn list_interruptions(req: HttpRequest, app: Data<App>, caller: Caller) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    let query = Query::read(&req, &["customer_id", "limit", "cursor"])?;
    let page = query.paging(caller.tenant)?;
    let filter = Filter { customer_id: query.id("customer_id")? };
    let tx = app.store.read(caller.tenant).await?;
    let rows = interruptions::list(&tx, caller.tenant, &filter, page.after_id()?, page.fetch()).await?;
    let (rows, next) = page.cut(rows, |row| vec![row.id.0.to_string()]);
    Ok(HttpResponse::Ok().json(InterruptionList::new(rows.iter().map(Into::into).collect(), next)))
}
