//! `POST /v1/customers/{id}/interactions`.

use actix_web::{
    HttpRequest, HttpResponse, post,
    web::{Data, Path},
};
use relance_domain::ids::{CustomerId, TaskId};
use relance_openapi::interaction::{InteractionInput, InteractionView};
use relance_store::dunning::interactions::{self, Direction, NewInteraction};

use super::tasks::ids;
use crate::{
    body::{Body, Faults},
    caller::{Caller, Scope},
    named::{person, words},
    problem::Answer,
    query::{self, path_id},
    routes::Registry,
    state::App,
};

/// Channels of a contact made elsewhere.
const CHANNELS: [&str; 6] = ["phone", "visit", "email", "sms", "letter", "other"];

/// Who contacted whom.
const DIRECTIONS: [&str; 2] = ["outbound", "inbound"];

/// Registers it.
pub fn routes(cfg: &mut impl Registry) {
    cfg.service(create_interaction);
}

/// Records a contact made elsewhere (a visit, a call, a salesman's mail): it is in the timeline and counts in pacing. What the
/// customer says by itself is `inbound`; an attempt of a call names its task; what follows a reason for non-payment is done.
#[utoipa::path(
    tag = "customers",
    operation_id = "create_interaction",
    params(
        ("id" = String, Path, description = "Id of the customer."),
        ("dry_run" = Option<bool>, Query, description = "Check only: 200 with the would-be contact.")
    ),
    request_body = InteractionInput,
    responses(
        (status = 201, description = "Recorded.", body = InteractionView),
        (status = 200, description = "A dry run: what would be recorded.", body = InteractionView)
    )
)]
#[post("/v1/customers/{id}/interactions")]
pub async fn create_interaction(
    req: HttpRequest,
    app: Data<App>,
    caller: Caller,
    id: Path<String>,
    Body(body): Body<InteractionInput>,
) -> Answer<HttpResponse> {
    caller.require(Scope::RemindersWrite)?;
    let dry_run = query::dry_run(&req)?;
    let customer: CustomerId = path_id(&id)?;
    let new = read(body, customer)?;
    let tx = app.store.write(caller.tenant).await?;
    let record = interactions::create(&tx, caller.tenant, new, app.store.now()).await?;
    if dry_run {
        return Ok(HttpResponse::Ok().json(InteractionView { id: None, ..InteractionView::from(&record) }));
    }
    app.conclude(tx, false, HttpResponse::Created().json(InteractionView::from(&record))).await
}

fn read(body: InteractionInput, customer_id: CustomerId) -> Answer<NewInteraction> {
    let mut faults = Faults::default();
    faults.word("/channel", &body.channel, &CHANNELS);
    let at = faults.at("/at", &body.at);
    let by = person(&mut faults, "/by", &body.by);
    faults.text("/outcome", &body.outcome, 100);
    words(&mut faults, "/comment", body.comment.as_deref(), 5_000);
    words(&mut faults, "/reason_code", body.reason_code.as_deref(), 100);
    if let Some(direction) = &body.direction {
        faults.word("/direction", direction, &DIRECTIONS);
    }
    let invoice_ids = ids(&mut faults, "/invoice_ids", body.invoice_ids);
    let expected_on = body.expected_on.as_deref().and_then(|text| faults.day("/expected_on", text));
    let task_id: Option<TaskId> = body.task_id.as_deref().and_then(|id| faults.id("/task_id", id));
    let at = faults.some(at)?;
    let inbound = body.direction.as_deref() == Some("inbound");
    let direction = if inbound { Direction::Inbound { automatic: body.automatic == Some(true) } } else { Direction::Outbound };
    let InteractionInput { channel, outcome, comment, reason_code, .. } = body;
    let (by, outcome) = (Some(by), Some(outcome));
    Ok(NewInteraction { customer_id, channel, direction, at, by, outcome, reason_code, invoice_ids, expected_on, comment, task_id })
}
