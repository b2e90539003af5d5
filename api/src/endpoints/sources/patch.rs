//! `PATCH /v1/sources/{id}`.

use actix_web::{
    HttpRequest, HttpResponse, patch,
    web::{Data, Path},
};
use relance_domain::{
    connector::{ConnectorConfig, ConnectorKind},
    ids::SourceId,
    records::ConnectorRecord,
};
use relance_openapi::source::{ConnectorView, SourcePatch};
use relance_store::connectors::{self, ConnectorChange};

use super::read;
use crate::{
    body::{Body, Faults},
    caller::{Caller, Scope},
    etag::{if_match, tagged},
    problem::Answer,
    query::{self, path_id},
    state::App,
    trail,
};

/// Changes how webhooks of a source are taken; members that are absent stay. The secret changes by `rotate_secret`.
#[utoipa::path(
    tag = "sources",
    operation_id = "update_source",
    params(
        ("id" = String, Path, description = "Id of the source."),
        ("If-Match" = Option<String>, Header, description = "The ETag of what was read."),
        ("dry_run" = Option<bool>, Query, description = "Check only.")
    ),
    request_body = SourcePatch,
    responses((status = 200, description = "The source.", body = ConnectorView, headers(("ETag" = String, description = "Its version."))))
)]
#[patch("/v1/sources/{id}")]
pub async fn update_source(
    req: HttpRequest,
    app: Data<App>,
    caller: Caller,
    id: Path<String>,
    body: Body<SourcePatch>,
) -> Answer<HttpResponse> {
    caller.require(Scope::SettingsWrite)?;
    let dry_run = query::dry_run(&req)?;
    let id: SourceId = path_id(&id)?;
    let expected = if_match(&req)?;
    let tx = app.store.write(caller.tenant).await?;
    let before = connectors::get(&tx, caller.tenant, id).await?;
    trail::before(&ConnectorView::from(&before));
    let change = read(&before, body.0)?;
    let record = connectors::update(&tx, caller.tenant, id, expected, change).await?;
    app.conclude(tx, dry_run, tagged(record.row_version, &ConnectorView::from(&record))).await
}

fn read(before: &ConnectorRecord, body: SourcePatch) -> Answer<ConnectorChange> {
    let SourcePatch { webhook, hmac, customer_kind } = body;
    let mut faults = Faults::default();
    if webhook.as_ref().is_some_and(|word| word != "enabled" && word != "disabled") {
        faults.invalid("/webhook", "This must be one of: enabled, disabled.");
    }
    read::customer_kind(&mut faults, customer_kind.as_deref());
    let kind = before.kind.as_deref().and_then(ConnectorKind::parse);
    let changes = hmac.is_some() || customer_kind.is_some();
    let hmac = match (hmac, kind) {
        (Some(settings), Some(kind)) => read::hmac(&mut faults, kind, Some(settings)),
        _ => before.config.hmac.clone(),
    };
    faults.check()?;
    let customer_kind = customer_kind.or_else(|| before.config.customer_kind.clone());
    let config = ConnectorConfig { hmac, customer_kind, ..before.config.clone() };
    Ok(ConnectorChange { enabled: webhook.map(|word| word == "enabled"), config: changes.then_some(config) })
}
