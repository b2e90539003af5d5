//! `GET /v1/api_keys`.

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use relance_openapi::key::ApiKeyList;
use relance_store::keys;

use super::view;
use crate::{
    caller::{Caller, Scope},
    problem::Answer,
    query::Query,
    state::App,
};

/// The tenant's keys, the revoked ones too; never their secrets.
#[utoipa::path(
    tag = "api_keys",
    operation_id = "list_api_keys",
    params(
        ("limit" = Option<u32>, Query, description = "Rows, 1 to 200."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before.")
    ),
    responses((status = 200, description = "A page of keys, newest first.", body = ApiKeyList))
)]
#[get("/v1/api_keys")]
pub async fn list_api_keys(req: HttpRequest, app: Data<App>, caller: Caller) -> Answer<HttpResponse> {
    caller.require(Scope::KeysManage)?;
    let page = Query::read(&req, &["limit", "cursor"])?.paging(caller.tenant)?;
    let tx = app.store.read(caller.tenant).await?;
    let rows = keys::list(&tx, caller.tenant, page.after_id()?, page.fetch()).await?;
    let (rows, next) = page.cut(rows, |row| vec![row.id.0.to_string()]);
    let views = rows.iter().map(|row| view(row, caller.live)).collect();
    Ok(HttpResponse::Ok().json(ApiKeyList::new(views, next)))
}
