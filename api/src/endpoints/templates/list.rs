//! `GET /v1/templates`.

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use relance_openapi::template::{TemplateList, TemplateView};
use relance_store::templates;

use crate::{
    caller::{Caller, Scope},
    problem::Answer,
    query,
    state::App,
};

/// The texts that the tenant wrote itself, in use or not. Every other message has its built-in text.
#[utoipa::path(
    tag = "templates",
    operation_id = "list_templates",
    responses((status = 200, description = "All of them, by message and language.", body = TemplateList))
)]
#[get("/v1/templates")]
pub async fn list_templates(req: HttpRequest, app: Data<App>, caller: Caller) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    query::none(&req)?;
    let tx = app.store.read(caller.tenant).await?;
    let data = templates::list(&tx, caller.tenant).await?.iter().map(TemplateView::from).collect();
    Ok(HttpResponse::Ok().json(TemplateList { data, has_more: false, next_cursor: None }))
}
