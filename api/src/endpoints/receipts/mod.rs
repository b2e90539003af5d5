//! `/v1/receipts/{token}`: what providers tell of messages afterwards, each in its own form.

mod certificate;

use actix_web::{
    HttpRequest, HttpResponse, get, post,
    web::{Data, Path, Payload},
};
use relance_domain::{
    ids::TenantId,
    sending::{Proof, Receipt, channel_of},
};
use relance_ingest::receipts::{self, Hint, Incoming};
use relance_openapi::{inbox::WebhookTaken, problem::Code};
use relance_store::{
    channels::{self, OpenChannel},
    dunning::{letters, receipts::take},
};
use serde_json::Value;

use crate::{
    body::{self, LIMIT},
    problem::{Answer, Refusal},
    routes::Registry,
    state::App,
};

/// Longest end of an address that is looked for.
const LONGEST: usize = 100;
/// Bytes of a receipt with a proof in it.
const PROOF_LIMIT: usize = 8 * 1024 * 1024;
/// Letters of one receipt that are asked after.
const MOST_HINTS: usize = 100;

/// Registers them.
pub fn routes(cfg: &mut impl Registry) {
    cfg.service(receive_receipts).service(receive_receipt);
}

/// Takes what the provider of a channel tells of messages, in the provider's own form and verified its own way over the
/// raw bytes. No key: the address is the channel's `receipts_path`. Each is stored once; those of no message of ours
/// change nothing. What does not verify is 401.
#[utoipa::path(
    tag = "channels",
    operation_id = "receive_receipts",
    params(("token" = String, Path, description = "The end of the channel's `receipts_path`.")),
    request_body(content = Object, description = "As the provider writes it; at most 1 MiB, 8 MiB for letters.", content_type = "application/json"),
    responses((status = 200, description = "Taken, or known already.", body = WebhookTaken)),
    security(())
)]
#[post("/v1/receipts/{token}")]
pub async fn receive_receipts(req: HttpRequest, app: Data<App>, token: Path<String>, payload: Payload) -> Answer<HttpResponse> {
    let (tenant, channel) = addressed(&app, &token).await?;
    // proofs of letters ride in the receipts that announce them
    let limit = if channel.record.channel == "letter" { PROOF_LIMIT } else { LIMIT };
    let bytes = body::gather(payload.into_inner(), limit).await?;
    receive(&req, &app, tenant, channel, &bytes).await
}

/// The same for providers that tell by a GET (OVHcloud).
#[utoipa::path(
    tag = "channels",
    operation_id = "receive_receipt",
    params(
        ("token" = String, Path, description = "The end of the channel's `receipts_path`."),
        ("id" = Option<String>, Query, description = "The provider's id of the message."),
        ("ptt" = Option<String>, Query, description = "The provider's code of what became of it."),
        ("date" = Option<String>, Query, description = "When, as the provider writes it."),
        ("description" = Option<String>, Query, description = "The provider's class of the code."),
        ("descriptionDlr" = Option<String>, Query, description = "The provider's words.")
    ),
    responses((status = 200, description = "Taken, or known already.", body = WebhookTaken)),
    security(())
)]
#[get("/v1/receipts/{token}")]
pub async fn receive_receipt(req: HttpRequest, app: Data<App>, token: Path<String>) -> Answer<HttpResponse> {
    let (tenant, channel) = addressed(&app, &token).await?;
    receive(&req, &app, tenant, channel, &[]).await
}

fn unknown() -> Refusal {
    Refusal::new(Code::Unauthorized, "There is no such address, or this does not come from its provider.")
}

/// The channel that the address belongs to.
async fn addressed(app: &App, token: &str) -> Answer<(TenantId, OpenChannel)> {
    let found = if token.len() <= LONGEST { channels::by_receipt_token(&app.store, token).await? } else { None };
    found.ok_or_else(unknown)
}

async fn receive(req: &HttpRequest, app: &App, tenant: TenantId, channel: OpenChannel, body: &[u8]) -> Answer<HttpResponse> {
    let (name, provider) = (channel_of(&channel.record.channel), channel.record.provider.as_str());
    let own = channel.config.get(provider).cloned().unwrap_or_default();
    let certificate = if provider == "ses" { certificate::of(app, body).await } else { None };
    let url = app.public_url.as_deref().map(|public| address(public, req));
    let header = |name: &str| req.headers().get(name)?.to_str().ok();
    let incoming = Incoming {
        header: &header,
        url: url.as_deref(),
        query: req.query_string(),
        body,
        certificate: certificate.as_deref(),
        now: app.store.now().timestamp(),
    };
    if !receipts::verify(provider, &own, &incoming) {
        return Err(unknown());
    }
    confirm(app, &own, body).await;
    let Some(list) = receipts::parse(name, provider, &own, &incoming) else {
        return Err(Refusal::new(Code::MalformedJson, "This does not read as a receipt of the channel's provider."));
    };
    let told = list.len();
    let proofs = receipts::proofs(provider, &incoming);
    let hints = if name == "letter" { receipts::hint(provider, &incoming).unwrap_or_default() } else { Vec::new() };
    let new = store(app, tenant, &channel, list, proofs, hints).await?;
    metrics::counter!("relance_receipts_total", "provider" => provider.to_owned(), "result" => "taken").increment(new);
    let known = u64::try_from(told).unwrap_or_default().saturating_sub(new);
    metrics::counter!("relance_receipts_total", "provider" => provider.to_owned(), "result" => "known").increment(known);
    Ok(HttpResponse::Ok().json(WebhookTaken { received: true }))
}

async fn store(
    app: &App,
    tenant: TenantId,
    channel: &OpenChannel,
    list: Vec<Receipt>,
    proofs: Vec<Proof>,
    hints: Vec<Hint>,
) -> Answer<u64> {
    if list.is_empty() && proofs.is_empty() && hints.is_empty() {
        return Ok(0);
    }
    let (tx, now) = (app.store.write(tenant).await?, app.store.now());
    letters::keep(&tx, tenant, &channel.record.provider, proofs, now).await?;
    for hint in hints.iter().take(MOST_HINTS) {
        let named = (hint.reference.as_deref(), hint.provider_id.as_deref());
        letters::look_now(&tx, tenant, &channel.record.provider, named, now).await?;
    }
    let new = take(&tx, tenant, &channel.record.channel, &channel.record.provider, list, app.store.now()).await?;
    app.store.commit(tx).await?;
    Ok(new)
}

/// The address as the provider called it: ours as configured, never as the request says.
fn address(public: &str, req: &HttpRequest) -> String {
    let query = if req.query_string().is_empty() { String::new() } else { format!("?{}", req.query_string()) };
    format!("{public}{}{query}", req.path())
}

/// A subscription to the topic that the channel names is confirmed; one to any other never.
async fn confirm(app: &App, own: &Value, body: &[u8]) {
    let topic = own.get("topic_arn").and_then(Value::as_str);
    let Some(url) = topic.and_then(|topic| receipts::subscribe_url(body, topic)) else { return };
    if let Err(error) = app.egress.fetch(&url).await {
        tracing::warn!(%error, "a subscription to a topic could not be confirmed");
    }
}
