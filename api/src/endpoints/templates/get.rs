//! `GET /v1/templates/{template}`.

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};
use relance_openapi::template::TemplateView;
use relance_store::templates;

use super::Named;
use crate::{
    caller::{Caller, Scope},
    etag::tagged,
    problem::Answer,
    query,
    state::App,
};

/// A message's text in a language: the tenant's own, else the built-in one, to be taken and changed.
#[utoipa::path(
    tag = "templates",
    operation_id = "get_template",
    params(("template" = String, Path, description = "Message and language: `first_reminder.fr`.")),
    responses((status = 200, description = "The text.", body = TemplateView))
)]
#[get("/v1/templates/{template}")]
pub async fn get_template(req: HttpRequest, app: Data<App>, caller: Caller, template: Path<String>) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    query::none(&req)?;
    let named = Named::read(&template)?;
    let tx = app.store.read(caller.tenant).await?;
    let own = templates::get(&tx, caller.tenant, &named.template, &named.language).await?;
    let view = named.view(own.as_ref());
    Ok(tagged(view.version, &view))
}
