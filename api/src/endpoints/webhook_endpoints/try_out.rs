//! `POST /v1/webhook_endpoints/{id}/test`.

use actix_web::{
    HttpRequest, HttpResponse, post,
    web::{Data, Path},
};
use relance_domain::{event::EventType, ids::EndpointId};
use relance_openapi::{
    problem::Code,
    webhooks::{DeliveryView, TestBody},
};
use relance_store::webhooks;

use crate::{
    body::Maybe,
    caller::{Caller, Scope},
    problem::{Answer, Refusal},
    query::{self, path_id},
    state::App,
};

/// Sends a signed sample (`"test": true`) to this endpoint, whichever types it wants. Nothing enters the feed.
#[utoipa::path(
    tag = "webhooks",
    operation_id = "test_webhook_endpoint",
    params(
        ("id" = String, Path, description = "Id of the endpoint."),
        ("dry_run" = Option<bool>, Query, description = "Check only.")
    ),
    request_body = TestBody,
    responses(
        (status = 202, description = "On its way: the attempts of this delivery say what came of it.", body = DeliveryView),
        (status = 200, description = "A dry run.", body = DeliveryView)
    )
)]
#[post("/v1/webhook_endpoints/{id}/test")]
pub async fn test_webhook_endpoint(
    req: HttpRequest,
    app: Data<App>,
    caller: Caller,
    id: Path<String>,
    body: Maybe<TestBody>,
) -> Answer<HttpResponse> {
    caller.require(Scope::WebhooksManage)?;
    let dry_run = query::dry_run(&req)?;
    let id: EndpointId = path_id(&id)?;
    let kind = match &body.0.kind {
        None => EventType::InvoiceOverdue,
        Some(word) => *EventType::ALL.iter().find(|kind| kind.as_str() == word).ok_or_else(unknown_type)?,
    };
    let tx = app.store.write(caller.tenant).await?;
    let delivery = webhooks::try_out(&tx, caller.tenant, id, kind, app.store.now()).await?;
    if dry_run {
        return Ok(HttpResponse::Ok().json(DeliveryView::from(&delivery)));
    }
    app.conclude(tx, false, HttpResponse::Accepted().json(DeliveryView::from(&delivery))).await
}

fn unknown_type() -> Refusal {
    Refusal::field(Code::ValidationFailed, "/type", "There is no such type of event; GET /v1/event_types lists them.")
}
