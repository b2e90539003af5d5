//! `PUT /v1/channels/{channel}`.

use actix_web::{
    HttpRequest, HttpResponse, put,
    web::{Data, Path},
};
use relance_openapi::channel::{ChannelInput, ChannelView};
use relance_store::{channels, tenants, touch};

use super::{check, known, members, view};
use crate::{
    body::Body,
    caller::{Caller, Scope},
    etag::{check_match, tagged},
    problem::Answer,
    query,
    state::App,
    trail,
};

/// Replaces the settings of a channel. Secrets are sealed and never shown again.
///
/// A fallback takes the same settings as its channel: messages leave by it when it is known that the first provider did not
/// take them and will not in time.
#[utoipa::path(
    tag = "channels",
    operation_id = "put_channel",
    params(
        ("channel" = String, Path, description = "`email`, `sms`, `letter`, or the second provider of one, `email_fallback` or `sms_fallback`."),
        ("dry_run" = Option<bool>, Query, description = "Check only.")
    ),
    request_body = ChannelInput,
    responses((status = 200, description = "The channel as it is now, without secrets.", body = ChannelView))
)]
#[put("/v1/channels/{channel}")]
pub async fn put_channel(
    req: HttpRequest,
    app: Data<App>,
    caller: Caller,
    channel: Path<String>,
    body: Body<ChannelInput>,
) -> Answer<HttpResponse> {
    caller.require(Scope::SettingsWrite)?;
    let dry_run = query::dry_run(&req)?;
    let channel = known(&channel)?;
    check::shape(channel, &body.0)?;
    check::addresses(app.egress.as_ref(), &body.0).await?; // looks names up: before any transaction
    let config = serde_json::to_value(&body.0).unwrap_or_default();
    let tx = app.store.write(caller.tenant).await?;
    let there = channels::get(&tx, caller.tenant, channel).await?;
    let version = there.as_ref().map_or(0, |record| record.version);
    check_match(&req, version)?;
    if dry_run {
        let settings = members(channels::without_secrets(config));
        return Ok(HttpResponse::Ok().json(ChannelView {
            channel: channel.to_owned(),
            receipts_path: None,
            version: version + 1,
            updated_at: None,
            settings,
        }));
    }
    if let Some(there) = &there {
        trail::before(&view(there, false));
    }
    let now = tenants::now(&tx, caller.tenant, app.store.now()).await?;
    // customers first, as a batch of sends does
    touch::look_at_everybody(&tx, caller.tenant, now).await?;
    let record = channels::put(&app.store, &tx, caller.tenant, channel, &body.0.provider, config).await?;
    app.conclude(tx, false, tagged(record.version, &view(&record, true))).await
}
