//! `POST /v1/webhook_endpoints/{id}/recover`.

use actix_web::{
    HttpRequest, HttpResponse, post,
    web::{Data, Path},
};
use chrono::{DateTime, TimeDelta, Utc};
use relance_domain::ids::EndpointId;
use relance_openapi::webhooks::{RecoverBody, Recovered};
use relance_store::webhooks::{self, MOST_RECOVERED, Since};

use crate::{
    body::{Faults, Maybe},
    caller::{Caller, Scope},
    problem::Answer,
    query::{self, path_id},
    state::App,
};

/// How far back it goes.
const FURTHEST: TimeDelta = TimeDelta::days(14);

/// Queues deliveries again that failed for good, the oldest first, 10,000 at most. `dry_run=true` only counts them.
#[utoipa::path(
    tag = "webhooks",
    operation_id = "recover_webhook_endpoint",
    params(
        ("id" = String, Path, description = "Id of the endpoint."),
        ("dry_run" = Option<bool>, Query, description = "Count only.")
    ),
    request_body = RecoverBody,
    responses(
        (status = 202, description = "Queued.", body = Recovered),
        (status = 200, description = "A dry run: how many there are.", body = Recovered)
    )
)]
#[post("/v1/webhook_endpoints/{id}/recover")]
pub async fn recover_webhook_endpoint(
    req: HttpRequest,
    app: Data<App>,
    caller: Caller,
    id: Path<String>,
    body: Maybe<RecoverBody>,
) -> Answer<HttpResponse> {
    caller.require(Scope::WebhooksManage)?;
    let dry_run = query::dry_run(&req)?;
    let id: EndpointId = path_id(&id)?;
    let made = read(body.0, app.store.now())?;
    if dry_run {
        let tx = app.store.read(caller.tenant).await?;
        let count = webhooks::count_failed(&tx, caller.tenant, id, made).await?;
        return Ok(HttpResponse::Ok().json(recovered(count, count.min(MOST_RECOVERED))));
    }
    let tx = app.store.write(caller.tenant).await?;
    let all = webhooks::count_failed(&tx, caller.tenant, id, made).await?;
    let count = webhooks::recover(&tx, caller.tenant, id, made, app.store.now()).await?;
    app.conclude(tx, false, HttpResponse::Accepted().json(recovered(all, count))).await
}

fn recovered(all: u64, count: u64) -> Recovered {
    Recovered { count, remaining: all.saturating_sub(count) }
}

fn read(body: RecoverBody, now: DateTime<Utc>) -> Answer<Since> {
    let mut faults = Faults::default();
    let earliest = now - FURTHEST;
    let since = body.since.as_deref().and_then(|text| faults.at("/since", text)).unwrap_or(earliest);
    let until = body.until.as_deref().and_then(|text| faults.at("/until", text)).unwrap_or(now + TimeDelta::milliseconds(1));
    if since < earliest {
        faults.invalid("/since", "This must not be more than 14 days ago.");
    }
    if until <= since {
        faults.invalid("/until", "This must be later than since.");
    }
    faults.check()?;
    Ok(Since { since, until })
}
