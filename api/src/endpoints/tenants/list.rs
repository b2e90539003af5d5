//! `GET /v1/tenants`.

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use relance_domain::ids::TenantId;
use relance_openapi::tenant::{TenantList, TenantView};
use relance_store::{Scope, tenants};

use super::operator;
use crate::{problem::Answer, query::Query, state::App};

/// Every tenant.
#[utoipa::path(
    tag = "tenants",
    operation_id = "list_tenants",
    params(
        ("limit" = Option<u32>, Query, description = "Rows, 1 to 200."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before.")
    ),
    responses((status = 200, description = "A page of tenants, newest first.", body = TenantList))
)]
#[get("/v1/tenants")]
pub async fn list_tenants(req: HttpRequest, app: Data<App>) -> Answer<HttpResponse> {
    operator(&req, &app)?;
    let page = Query::read(&req, &["limit", "cursor"])?.paging(TenantId(uuid::Uuid::nil()))?;
    let tx = app.store.read(Scope::System).await?;
    let rows = tenants::list(&tx, page.after_id()?, page.fetch()).await?;
    let (rows, next) = page.cut(rows, |row| vec![row.id.0.to_string()]);
    Ok(HttpResponse::Ok().json(TenantList::new(rows.iter().map(TenantView::from).collect(), next)))
}
