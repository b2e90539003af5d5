//! `DELETE /v1/templates/{template}`.

use actix_web::{
    HttpRequest, HttpResponse, delete,
    web::{Data, Path},
};
use relance_store::templates;

use super::Named;
use crate::{
    caller::{Caller, Scope},
    etag::check_match,
    problem::{Answer, Refusal},
    query,
    state::App,
    trail,
};

/// Takes the tenant's own text away: messages are made from the built-in one again.
#[utoipa::path(
    tag = "templates",
    operation_id = "delete_template",
    params(
        ("template" = String, Path, description = "Message and language: `first_reminder.fr`."),
        ("dry_run" = Option<bool>, Query, description = "Check only.")
    ),
    responses((status = 204, description = "Taken away."))
)]
#[delete("/v1/templates/{template}")]
pub async fn delete_template(req: HttpRequest, app: Data<App>, caller: Caller, template: Path<String>) -> Answer<HttpResponse> {
    caller.require(Scope::PoliciesWrite)?;
    let dry_run = query::dry_run(&req)?;
    let named = Named::read(&template)?;
    let tx = app.store.write(caller.tenant).await?;
    let own = templates::get(&tx, caller.tenant, &named.template, &named.language).await?.ok_or_else(Refusal::not_found)?;
    check_match(&req, own.version)?;
    if dry_run {
        return Ok(HttpResponse::NoContent().finish());
    }
    trail::before(&named.view(Some(&own)));
    templates::delete(&tx, caller.tenant, &named.template, &named.language).await?;
    app.conclude(tx, false, HttpResponse::NoContent().finish()).await
}
