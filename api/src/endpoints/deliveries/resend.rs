//! `POST /v1/deliveries/{id}/resend`.

use actix_web::{
    HttpRequest, HttpResponse, post,
    web::{Data, Path},
};
use relance_domain::ids::DeliveryId;
use relance_openapi::webhooks::{DeliveryView, NoMembers};
use relance_store::webhooks;

use crate::{
    body::Maybe,
    caller::{Caller, Scope},
    problem::Answer,
    query::{self, path_id},
    state::App,
};

/// Posts an event again under the same `webhook-id`, whatever came of it before. 410 `payload_expired` when its content
/// is no longer kept.
#[utoipa::path(
    tag = "webhooks",
    operation_id = "resend_delivery",
    params(
        ("id" = String, Path, description = "Id of the delivery."),
        ("dry_run" = Option<bool>, Query, description = "Check only.")
    ),
    responses(
        (status = 202, description = "On its way.", body = DeliveryView),
        (status = 200, description = "A dry run.", body = DeliveryView)
    )
)]
#[post("/v1/deliveries/{id}/resend")]
pub async fn resend_delivery(
    req: HttpRequest,
    app: Data<App>,
    caller: Caller,
    id: Path<String>,
    _body: Maybe<NoMembers>,
) -> Answer<HttpResponse> {
    caller.require(Scope::WebhooksManage)?;
    let dry_run = query::dry_run(&req)?;
    let id: DeliveryId = path_id(&id)?;
    let tx = app.store.write(caller.tenant).await?;
    let delivery = webhooks::resend(&tx, caller.tenant, id, app.store.now()).await?;
    if dry_run {
        return Ok(HttpResponse::Ok().json(DeliveryView::from(&delivery)));
    }
    app.conclude(tx, false, HttpResponse::Accepted().json(DeliveryView::from(&delivery))).await
}
