//! `POST /v1/sources/{id}/rotate_secret`.

use actix_web::{
    HttpRequest, HttpResponse, post,
    web::{Data, Path},
};
use chrono::TimeDelta;
use relance_domain::{connector::ConnectorKind, ids::SourceId, records::ConnectorRecord};
use relance_openapi::{
    problem::Code,
    source::{ConnectorView, SourceRotation},
};
use relance_store::connectors;

use super::read::{self, Secret};
use crate::{
    body::{Faults, Maybe},
    caller::{Caller, Scope},
    etag::tagged,
    problem::{Answer, Refusal},
    query::{self, path_id},
    state::App,
    trail,
};

/// Hours the old secret verifies beside the new one, unless told otherwise.
const OVERLAP: i64 = 24;
/// Most of them.
const LONGEST: i64 = 7 * 24;

/// Gives the source a new secret. The old one verifies beside it for a day, or for `overlap_hours`.
#[utoipa::path(
    tag = "sources",
    operation_id = "rotate_source_secret",
    params(
        ("id" = String, Path, description = "Id of the source."),
        ("dry_run" = Option<bool>, Query, description = "Check only.")
    ),
    request_body = SourceRotation,
    responses((status = 200, description = "The source; with its new secret where that was made here.", body = ConnectorView))
)]
#[post("/v1/sources/{id}/rotate_secret")]
pub async fn rotate_source_secret(
    req: HttpRequest,
    app: Data<App>,
    caller: Caller,
    id: Path<String>,
    body: Maybe<SourceRotation>,
) -> Answer<HttpResponse> {
    caller.require(Scope::SettingsWrite)?;
    let dry_run = query::dry_run(&req)?;
    let id: SourceId = path_id(&id)?;
    let tx = app.store.write(caller.tenant).await?;
    let before = connectors::get(&tx, caller.tenant, id).await?;
    trail::before(&ConnectorView::from(&before));
    let hours = body.0.overlap_hours.unwrap_or(OVERLAP);
    let Secret { text, ours } = read(&before, hours, body.0)?;
    let old_until = app.store.now() + TimeDelta::hours(hours);
    let shown = (ours && !dry_run).then(|| text.clone());
    let record = connectors::rotate_secret(&app.store, &tx, caller.tenant, id, text, old_until).await?;
    let view = ConnectorView { secret: shown, ..ConnectorView::from(&record) };
    app.conclude(tx, dry_run, tagged(record.row_version, &view)).await
}

fn read(before: &ConnectorRecord, hours: i64, body: SourceRotation) -> Answer<Secret> {
    let Some(kind) = before.kind.as_deref().and_then(ConnectorKind::parse) else {
        return Err(Refusal::new(Code::WrongState, "The source has no connector: give it one with POST /v1/sources."));
    };
    let mut faults = Faults::default();
    if !(0..=LONGEST).contains(&hours) {
        faults.invalid("/overlap_hours", format!("A whole number from 0 to {LONGEST}."));
    }
    if before.config.basic != body.basic.is_some() && kind == ConnectorKind::Chargebee {
        let (pointer, detail) = match before.config.basic {
            true => ("/basic", "This source is verified by HTTP Basic: send the new name and password."),
            false => ("/secret", "This source is verified by the secret in its address: send the new one."),
        };
        faults.invalid(pointer, detail);
    }
    let secret = read::secret(&mut faults, kind, body.secret, body.basic)?;
    faults.some(secret)
}
