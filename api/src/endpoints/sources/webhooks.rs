//! `POST /v1/sources/{source}/webhooks`.

use actix_web::{
    HttpRequest, HttpResponse, post,
    web::{Data, Path, Payload, Query},
};
use relance_domain::{
    connector::{ConnectorConfig, ConnectorKind},
    ids::SourceId,
};
use relance_ingest::webhooks::{self, Delivery, KEPT_HEADERS};
use relance_openapi::{inbox::WebhookTaken, problem::Code};
use relance_store::{
    connectors::{self, Verifier},
    inbox::{self, Arrived},
};

use crate::{
    body::{self, LIMIT},
    caller::current_request_id,
    problem::{Answer, Refusal},
    state::App,
};

/// What may stand in the address.
#[derive(serde::Deserialize)]
struct Address {
    token: Option<String>,
}

/// Takes a webhook of the program that the source `src_…` stands for: its own form, verified by its own signature over
/// the raw bytes. No key. It is written down and answered at once, then translated; what came of it is in
/// `GET /v1/ingest/inbox`. A signature that does not verify is 401, as is a source that takes none.
#[utoipa::path(
    tag = "sources",
    operation_id = "receive_source_webhook",
    params(
        ("source" = String, Path, description = "Id of the source, `src_…`."),
        ("token" = Option<String>, Query, description = "The secret, for kinds that have it in the address.")
    ),
    request_body(content = Object, description = "As the sender writes it; at most 1 MiB.", content_type = "application/json"),
    responses(
        (status = 200, description = "Taken, or known already.", body = WebhookTaken),
        (status = 204, description = "The same, for GoCardless.")
    ),
    security(())
)]
#[post("/v1/sources/{source}/webhooks")]
pub async fn receive_source_webhook(req: HttpRequest, app: Data<App>, source: Path<String>, payload: Payload) -> Answer<HttpResponse> {
    let bytes = body::gather(payload.into_inner(), LIMIT).await?;
    let token = Query::<Address>::from_query(req.query_string()).ok().and_then(|address| address.into_inner().token);
    let id: Option<SourceId> = source.parse().ok();
    let verifier = match id {
        Some(id) => connectors::verifier(&app.store, id).await?,
        None => None,
    };
    let header = |name: &str| req.headers().get(name)?.to_str().ok();
    let delivery = Delivery { header: &header, token: token.as_deref(), body: &bytes, now: app.store.now().timestamp() };
    let (Some(id), Some(verifier), Some(kind)) = (id, &verifier, verified(verifier.as_ref(), &delivery)) else {
        return Err(Refusal::new(Code::Unauthorized, "There is no such source, or the signature is not one of its."));
    };
    let kept = KEPT_HEADERS.iter().filter_map(|name| Some(((*name).to_owned(), header(name)?.to_owned()))).collect();
    let arrived = Arrived {
        source_id: id,
        source: verifier.name.clone(),
        kind: verifier.kind.clone(),
        dedupe_key: webhooks::dedupe_key(kind, header, &bytes),
        headers: kept,
        body: bytes.to_vec(),
        request_id: Some(current_request_id()),
    };
    let tx = app.store.write(verifier.tenant).await?;
    let new = inbox::take(&tx, verifier.tenant, arrived, app.store.now()).await?;
    app.store.commit(tx).await?;
    let result = if new { "taken" } else { "known" };
    metrics::counter!("relance_source_webhooks_total", "kind" => kind.as_str(), "result" => result).increment(1);
    Ok(match kind {
        ConnectorKind::Gocardless => HttpResponse::NoContent().finish(),
        _ => HttpResponse::Ok().json(WebhookTaken { received: true }),
    })
}

/// The kind of the source whose signature this is. Where there is no source, as much is reckoned as where there is one.
fn verified(verifier: Option<&Verifier>, delivery: &Delivery<'_>) -> Option<ConnectorKind> {
    let Some(Verifier { kind, config, secrets, .. }) = verifier else {
        let nobody = ["nobody's secret".to_owned()];
        webhooks::verify(ConnectorKind::Stripe, &ConnectorConfig::default(), &nobody, delivery);
        return None;
    };
    ConnectorKind::parse(kind).filter(|kind| webhooks::verify(*kind, config, secrets, delivery))
}
