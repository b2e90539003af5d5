//! `POST /v1/channels/{channel}/test`.

use actix_web::{
    HttpRequest, HttpResponse, post,
    web::{Data, Path},
};
use relance_openapi::{
    channel::{ChannelTestInput, ChannelTestView},
    problem::Code,
};
use relance_store::channels;

use super::{known, view};
use crate::{
    body::{Body, Faults},
    caller::{Caller, Scope},
    email::is_email,
    problem::{Answer, Refusal},
    query,
    state::App,
    trail,
};

/// Sends one short message that says that nothing is due, at once, and says what the provider made of it. Nothing is
/// kept but the audit log. From a test tenant only addresses on the channel's `allow_list` are really written to.
#[utoipa::path(
    tag = "channels",
    operation_id = "test_channel",
    params(("channel" = String, Path, description = "`email` or `sms`.")),
    request_body = ChannelTestInput,
    responses((status = 200, description = "What came of it.", body = ChannelTestView))
)]
#[post("/v1/channels/{channel}/test")]
pub async fn test_channel(
    req: HttpRequest,
    app: Data<App>,
    caller: Caller,
    channel: Path<String>,
    Body(body): Body<ChannelTestInput>,
) -> Answer<HttpResponse> {
    caller.require(Scope::SettingsWrite)?;
    query::none(&req)?;
    let channel = known(&channel)?;
    if channel == "letter" {
        return Err(Refusal::not_found()); // a letter is not tried: it would have to be printed
    }
    let mut faults = Faults::default();
    faults.text("/to", &body.to, 254);
    if channel == "email" && !is_email(&body.to) {
        faults.invalid("/to", "This is not an e-mail address.");
    }
    if channel == "sms" && relance_domain::phone::mobile(&body.to).is_none() {
        faults.invalid("/to", "This is no mobile number.");
    }
    faults.check()?;
    let tx = app.store.read(caller.tenant).await?;
    let record = channels::get(&tx, caller.tenant, channel).await?.ok_or_else(Refusal::not_found)?;
    drop(tx);
    let tried = app
        .egress
        .try_channel(caller.tenant, channel, &body.to)
        .await
        .map_err(|_| Refusal::new(Code::Overloaded, "The channel cannot be tried for the moment."))?;
    trail::before(&view(&record, false));
    let tx = app.store.write(caller.tenant).await?;
    let answer = ChannelTestView { provider: record.provider.clone(), outcome: tried.outcome, detail: tried.detail };
    app.conclude(tx, false, HttpResponse::Ok().json(answer)).await
}
