//! `POST /v1/customers/{id}/interactions`.

use actix_web::{
    HttpRequest, HttpResponse, post,
    web::{Data, Path},
};
use relance_domain::ids::CustomerId;
use relance_openapi::interaction::{InteractionInput, InteractionView};
use relance_store::dunning::interactions::{self, NewInteraction};

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

/// Registers it.
pub fn routes(cfg: &mut impl Registry) {
    cfg.service(create_interaction);
}

/// Records a contact made elsewhere (a visit, a call, a salesman's mail): it is in the timeline and counts in pacing.
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
    let at = faults.some(at)?;
    let InteractionInput { channel, at: _, by: _, outcome, comment } = body;
    Ok(NewInteraction { customer_id, channel, at, by: Some(by), outcome: Some(outcome), comment, task_id: None })
}
