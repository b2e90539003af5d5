//! `DELETE /v1/channels/{channel}`.

use actix_web::{
    HttpRequest, HttpResponse, delete,
    web::{Data, Path},
};
use relance_store::{channels, tenants, touch};

use super::{known, view};
use crate::{
    caller::{Caller, Scope},
    etag::check_match,
    problem::{Answer, Refusal},
    query,
    state::App,
    trail,
};

/// Takes a channel away with its secrets. What should leave by it waits, and a task says so; without a second provider the first
/// stands alone again. The address of its receipts is gone: what nobody knows of by then is given to a person.
#[utoipa::path(
    tag = "channels",
    operation_id = "delete_channel",
    params(
        ("channel" = String, Path, description = "`email`, `sms`, `letter`, or a second provider: `email_fallback`, `sms_fallback`."),
        ("dry_run" = Option<bool>, Query, description = "Check only.")
    ),
    responses((status = 204, description = "Taken away."))
)]
#[delete("/v1/channels/{channel}")]
pub async fn delete_channel(req: HttpRequest, app: Data<App>, caller: Caller, channel: Path<String>) -> Answer<HttpResponse> {
    caller.require(Scope::SettingsWrite)?;
    let dry_run = query::dry_run(&req)?;
    let channel = known(&channel)?;
    let tx = app.store.write(caller.tenant).await?;
    let there = channels::get(&tx, caller.tenant, channel).await?.ok_or_else(Refusal::not_found)?;
    check_match(&req, there.version)?;
    if dry_run {
        return Ok(HttpResponse::NoContent().finish());
    }
    trail::before(&view(&there, false));
    let now = tenants::now(&tx, caller.tenant, app.store.now()).await?;
    // customers first, as a batch of sends does
    touch::look_at_everybody(&tx, caller.tenant, now).await?;
    channels::delete(&tx, caller.tenant, channel).await?;
    app.conclude(tx, false, HttpResponse::NoContent().finish()).await
}
