//! `GET /v1/deliveries/{id}/attempts`.

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};
use relance_domain::ids::DeliveryId;
use relance_openapi::{
    problem::Code,
    webhooks::{DeliveryAttemptList, DeliveryAttemptView},
};
use relance_store::webhooks;

use crate::{
    caller::{Caller, Scope},
    page::Paging,
    problem::{Answer, Refusal},
    query::{Query, path_id},
    state::App,
};

/// Every attempt of a delivery: when, how long, and what was answered.
#[utoipa::path(
    tag = "webhooks",
    operation_id = "list_delivery_attempts",
    params(
        ("id" = String, Path, description = "Id of the delivery."),
        ("limit" = Option<u32>, Query, description = "Rows, 1 to 200."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before.")
    ),
    responses((status = 200, description = "A page of attempts, newest first.", body = DeliveryAttemptList))
)]
#[get("/v1/deliveries/{id}/attempts")]
pub async fn list_delivery_attempts(req: HttpRequest, app: Data<App>, caller: Caller, id: Path<String>) -> Answer<HttpResponse> {
    caller.require(Scope::WebhooksManage)?;
    let page = Query::read(&req, &["limit", "cursor"])?.paging(caller.tenant)?;
    let id: DeliveryId = path_id(&id)?;
    let tx = app.store.read(caller.tenant).await?;
    let rows = webhooks::attempts(&tx, caller.tenant, id, after(&page)?, page.fetch()).await?;
    let (rows, next) = page.cut(rows, |row| vec![row.number.to_string()]);
    Ok(HttpResponse::Ok().json(DeliveryAttemptList::new(rows.iter().map(DeliveryAttemptView::from).collect(), next)))
}

fn after(page: &Paging) -> Answer<Option<i32>> {
    let number = page.after().and_then(<[String]>::first).map(|text| text.parse());
    number.transpose().map_err(|_| Refusal::field(Code::CursorMismatch, "query:cursor", "Use next_cursor as it was given."))
}
