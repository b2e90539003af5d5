//! `GET /v1/webhook_endpoints/{id}/deliveries`.

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};
use relance_domain::{event::EventType, ids::EndpointId};
use relance_openapi::webhooks::{DeliveryList, DeliveryView};
use relance_store::webhooks::{self, DeliveryFilter};

use crate::{
    caller::{Caller, Scope},
    problem::Answer,
    query::{Query, path_id},
    state::App,
};

/// Deliveries to an endpoint; settled ones are kept for `webhook_attempt_days` of the settings (30).
#[utoipa::path(
    tag = "webhooks",
    operation_id = "list_webhook_endpoint_deliveries",
    params(
        ("id" = String, Path, description = "Id of the endpoint."),
        ("status" = Option<String>, Query, description = "One or more of pending, delivered, failed, dropped, as a,b."),
        ("event_type" = Option<String>, Query, description = "One or more types of events, as a,b."),
        ("at_gte" = Option<String>, Query, description = "Made from then on (RFC 3339)."),
        ("at_lt" = Option<String>, Query, description = "Made before then (RFC 3339)."),
        ("limit" = Option<u32>, Query, description = "Rows, 1 to 200."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before.")
    ),
    responses((status = 200, description = "A page of deliveries, newest first.", body = DeliveryList))
)]
#[get("/v1/webhook_endpoints/{id}/deliveries")]
pub async fn list_webhook_endpoint_deliveries(req: HttpRequest, app: Data<App>, caller: Caller, id: Path<String>) -> Answer<HttpResponse> {
    caller.require(Scope::WebhooksManage)?;
    let query = Query::read(&req, &["status", "event_type", "at_gte", "at_lt", "limit", "cursor"])?;
    let page = query.paging(caller.tenant)?;
    let types: Vec<&str> = EventType::ALL.iter().map(|kind| kind.as_str()).collect();
    let filter = DeliveryFilter {
        statuses: query.words("status", &["pending", "delivered", "failed", "dropped"])?,
        types: query.words("event_type", &types)?,
        since: query.at("at_gte")?,
        until: query.at("at_lt")?,
    };
    let id: EndpointId = path_id(&id)?;
    let tx = app.store.read(caller.tenant).await?;
    let rows = webhooks::deliveries(&tx, caller.tenant, id, &filter, page.after_id()?, page.fetch()).await?;
    let (rows, next) = page.cut(rows, |row| vec![row.id.0.to_string()]);
    Ok(HttpResponse::Ok().json(DeliveryList::new(rows.iter().map(DeliveryView::from).collect(), next)))
}
