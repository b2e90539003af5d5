//! `POST /v1/sources`.

use actix_web::{HttpRequest, HttpResponse, http::header, post, web::Data};
use relance_domain::connector::{ConnectorConfig, ConnectorKind};
use relance_openapi::source::{ConnectorView, SourceInput};
use relance_store::connectors::{self, NewConnector};

use super::read::{self, Secret};
use crate::{
    body::{Body, Faults},
    caller::{Caller, Scope},
    etag::etag,
    facts::check_source,
    problem::Answer,
    query,
    state::App,
};

/// Has webhooks of a source taken. A source that exists already by its facts gets them added. A secret made here is
/// shown in this answer only; a secret given is never shown.
#[utoipa::path(
    tag = "sources",
    operation_id = "create_source",
    params(("dry_run" = Option<bool>, Query, description = "Check only: 200 with the would-be source.")),
    request_body = SourceInput,
    responses(
        (status = 201, description = "Made.", body = ConnectorView, headers(("ETag" = String, description = "Its version."))),
        (status = 200, description = "A dry run: what would be made, without id and secret.", body = ConnectorView)
    )
)]
#[post("/v1/sources")]
pub async fn create_source(req: HttpRequest, app: Data<App>, caller: Caller, body: Body<SourceInput>) -> Answer<HttpResponse> {
    caller.require(Scope::SettingsWrite)?;
    let dry_run = query::dry_run(&req)?;
    let (new, shown) = read(body.0)?;
    let tx = app.store.write(caller.tenant).await?;
    let made = connectors::create(&app.store, &tx, caller.tenant, new, app.store.now()).await?;
    let view = ConnectorView::from(&made);
    if dry_run {
        let view = ConnectorView { id: None, webhook_url: None, ..view };
        return app.conclude(tx, true, HttpResponse::Ok().json(view)).await;
    }
    let place = (header::LOCATION, format!("/v1/sources/{}", made.id));
    let view = ConnectorView { secret: shown, ..view };
    let answer = HttpResponse::Created().insert_header(etag(made.row_version)).insert_header(place).json(view);
    app.conclude(tx, false, answer).await
}

fn read(body: SourceInput) -> Answer<(NewConnector, Option<String>)> {
    let SourceInput { name, kind: word, secret, hmac, basic, customer_kind } = body;
    let mut faults = Faults::default();
    check_source(&mut faults, "/name", &name);
    read::customer_kind(&mut faults, customer_kind.as_deref());
    let Some(kind) = ConnectorKind::parse(&word) else {
        let known: Vec<&str> = ConnectorKind::ALL.iter().map(|kind| kind.as_str()).collect();
        faults.invalid("/kind", format!("This must be one of: {}.", known.join(", ")));
        return Err(faults.refusal());
    };
    let config = ConnectorConfig { hmac: read::hmac(&mut faults, kind, hmac), basic: basic.is_some(), customer_kind };
    let secret = read::secret(&mut faults, kind, secret, basic)?;
    let Secret { text, ours } = faults.some(secret)?;
    let shown = ours.then(|| text.clone());
    Ok((NewConnector { name, kind: word, config, secret: text }, shown))
}
