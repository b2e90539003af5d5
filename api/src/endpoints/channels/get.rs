//! `GET /v1/channels/{channel}`.

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};
use relance_openapi::channel::ChannelView;
use relance_store::channels;

use super::{known, view};
use crate::{
    caller::{Caller, Scope},
    etag::tagged,
    problem::{Answer, Refusal},
    query,
    state::App,
};

/// A channel without its secrets.
#[utoipa::path(
    tag = "channels",
    operation_id = "get_channel",
    params(("channel" = String, Path, description = "`email`, `sms`, `letter`, or the second provider of one, `email_fallback` or `sms_fallback`.")),
    responses((status = 200, description = "The channel.", body = ChannelView))
)]
#[get("/v1/channels/{channel}")]
pub async fn get_channel(req: HttpRequest, app: Data<App>, caller: Caller, channel: Path<String>) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    query::none(&req)?;
    let tx = app.store.read(caller.tenant).await?;
    let record = channels::get(&tx, caller.tenant, known(&channel)?).await?.ok_or_else(Refusal::not_found)?;
    Ok(tagged(record.version, &view(&record, caller.may(Scope::SettingsWrite.as_str()))))
}
