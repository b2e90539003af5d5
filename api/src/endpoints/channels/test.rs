//! `POST /v1/channels/{channel}/test`.

use actix_web::{
    HttpRequest, HttpResponse, post,
    web::{Data, Path},
};
use relance_domain::sending::{Alignment, MailSettings, alignment, channel_of};
use relance_letters::gateway::{Facts, SAMPLE};
use relance_openapi::{
    channel::{ChannelCheck, ChannelTestInput, ChannelTestView, GatewayRequestView},
    problem::Code,
};
use relance_store::channels::{self, ChannelRecord, OpenChannel};
use serde_json::Value;

use super::{gateway, known, view};
use crate::{
    body::{Body, Faults},
    caller::{Caller, Scope},
    email::is_email,
    problem::{Answer, Refusal},
    query,
    state::App,
    trail,
};

/// Sends one short message that says that nothing is due, at once, and says what the provider made of it, whether it knows
/// the account (asked without sending), and of e-mail whether the sender's domain fits who sends for it. Nothing is kept but the audit log. From a test tenant only addresses on the channel's `allow_list` are really written to.
#[utoipa::path(
    tag = "channels",
    operation_id = "test_channel",
    params(
        ("channel" = String, Path, description = "`email`, `sms`, `email_fallback` or `sms_fallback`."),
        ("dry_run" = Option<bool>, Query, description = "Check only: nobody is called.")
    ),
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
    let dry_run = query::dry_run(&req)?;
    let (settings, channel) = (known(&channel)?, channel_of(&channel));
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
    let OpenChannel { record, config } = channels::open(&app.store, &tx, caller.tenant, settings).await?.ok_or_else(Refusal::not_found)?;
    drop(tx);
    let request = if record.provider == "gateway" { example(&app, &caller, &record, &config, &body.to) } else { None };
    let checks = if channel == "email" { checks(&record.public) } else { Vec::new() };
    if dry_run {
        let answer = ChannelTestView { provider: record.provider, outcome: "not_called".to_owned(), detail: None, checks, request };
        return Ok(HttpResponse::Ok().json(answer));
    }
    let tried = app
        .egress
        .try_channel(caller.tenant, settings, &body.to)
        .await
        .map_err(|_| Refusal::new(Code::Overloaded, "The channel cannot be tried for the moment."))?;
    trail::before(&view(&record, false));
    let checks = checks.into_iter().chain(tried.checks).collect();
    let tx = app.store.write(caller.tenant).await?;
    let answer = ChannelTestView { provider: record.provider, outcome: tried.outcome, detail: tried.detail, checks, request };
    app.conclude(tx, false, HttpResponse::Ok().json(answer)).await
}

/// The request that the description of a gateway gives for an example message to `to`.
fn example(app: &App, caller: &Caller, record: &ChannelRecord, config: &Value, to: &str) -> Option<GatewayRequestView> {
    let (to, tenant) = (relance_domain::phone::mobile(to)?, caller.tenant.to_string());
    let callback = app.public_url.as_deref().map(|public| format!("{public}/v1/receipts/{}", record.receipt_token));
    let from = record.public.get("from").and_then(Value::as_str);
    let facts = Facts { to: &to, from, tenant: &tenant, callback_url: callback.as_deref(), ..SAMPLE };
    gateway::preview(config.get("gateway")?, &facts)
}

/// What the settings say of the sender.
fn checks(public: &Value) -> Vec<ChannelCheck> {
    let all = alignment(MailSettings::read(public)).into_iter();
    all.map(|Alignment { code, ok, detail }| ChannelCheck { code: code.to_owned(), ok, detail }).collect()
}
