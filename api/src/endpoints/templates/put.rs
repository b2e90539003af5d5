//! `PUT /v1/templates/{template}`.

use actix_web::{
    HttpRequest, HttpResponse, put,
    web::{Data, Path},
};
use relance_domain::records::TemplateRecord;
use relance_letters::OwnText;
use relance_openapi::template::{TemplateInput, TemplateView};
use relance_store::{templates, tenants};

use super::{Named, try_out};
use crate::{
    body::{Body, Faults},
    caller::{Caller, Scope},
    etag::{require_match, stated, tagged},
    problem::Answer,
    query,
    state::App,
    trail,
};

/// Puts the tenant's own text in the place of the built-in one. A text that lacks what its message must say, or says what
/// none may, is refused unless it is kept as a draft.
#[utoipa::path(
    tag = "templates",
    operation_id = "put_template",
    params(
        ("template" = String, Path, description = "Message and language: `first_reminder.fr`."),
        ("If-Match" = String, Header, description = "The ETag of what was read; `\"0\"` while the text is the built-in one."),
        ("dry_run" = Option<bool>, Query, description = "Check only.")
    ),
    request_body = TemplateInput,
    responses((status = 200, description = "The text as it is now.", body = TemplateView))
)]
#[put("/v1/templates/{template}")]
pub async fn put_template(
    req: HttpRequest,
    app: Data<App>,
    caller: Caller,
    template: Path<String>,
    body: Body<TemplateInput>,
) -> Answer<HttpResponse> {
    caller.require(Scope::PoliciesWrite)?;
    let dry_run = query::dry_run(&req)?;
    let named = Named::read(&template)?;
    stated(&req)?;
    let TemplateInput { body, sms, active } = body.0;
    let active = active.unwrap_or(true);
    let mut faults = Faults::default();
    faults.text("/body", &body, 20_000);
    sms.iter().for_each(|sms| faults.text("/sms", sms, 500));
    named.check_sms(sms.as_ref(), &mut faults);
    faults.check()?;
    if active {
        try_out(&named, OwnText { body: body.clone(), sms: sms.clone() }).await?;
    }
    let tx = app.store.write(caller.tenant).await?;
    let there = templates::get(&tx, caller.tenant, &named.template, &named.language).await?;
    let before = named.view(there.as_ref());
    require_match(&req, before.version)?;
    let now = tenants::now(&tx, caller.tenant, app.store.now()).await?;
    let version = before.version + 1;
    let text = TemplateRecord { template: named.template, language: named.language, body, sms, active, version, updated_at: now };
    let view = TemplateView::from(&text);
    if dry_run {
        return Ok(HttpResponse::Ok().json(TemplateView { updated_at: None, ..view }));
    }
    trail::before(&before);
    templates::put(&tx, caller.tenant, &text).await?;
    app.conclude(tx, false, tagged(version, &view)).await
}
