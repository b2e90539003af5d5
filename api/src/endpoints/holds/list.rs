//! `GET /v1/holds`.

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use relance_domain::{
    dunning::resting,
    ids::{CustomerId, TenantId},
};
use relance_openapi::hold::{HoldList, HoldView};
use relance_store::{
    Tx, dunning,
    dunning::holds::{self, Filter},
    tenants,
};

use crate::{
    caller::{Caller, Scope},
    problem::Answer,
    query::Query,
    state::App,
};

/// Holds, newest first, the lifted ones too. With `customer_id`, the first page begins with what the service holds by itself
/// (a dispute, a promise, a direct debit, stale payment data…), beside the rows of the page.
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
    let mut held = match filter.customer_id {
        Some(customer) if active != Some(false) && query.text("cursor").is_none() => by_itself(&app, &tx, caller.tenant, customer).await?,
        _ => Vec::new(),
    };
    let rows = holds::list(&tx, caller.tenant, &filter, page.after_id()?, page.fetch()).await?;
    let (rows, next) = page.cut(rows, |row| vec![row.id.0.to_string()]);
    held.extend(rows.iter().map(HoldView::from));
    Ok(HttpResponse::Ok().json(HoldList::new(held, next)))
}

/// What the service holds by itself: what the next decision about the customer would see.
async fn by_itself(app: &App, tx: &Tx, tenant: TenantId, customer: CustomerId) -> Answer<Vec<HoldView>> {
    let real_now = app.store.now();
    let now = tenants::now(tx, tenant, real_now).await?;
    let snapshots = dunning::snapshots(tx, tenant, &[customer], real_now).await?;
    Ok(snapshots.iter().flat_map(|snapshot| resting(snapshot, now)).map(|one| HoldView::automatic(customer, &one)).collect())
}
