//! `/v1/test_clock`: the clock of a test tenant.

use actix_web::{HttpRequest, HttpResponse, get, post, web::Data};
use relance_openapi::{
    problem::Code,
    test_clock::{AdvanceInput, ClockView},
    time::at,
};
use relance_store::test_clock::{self, Clock};

use crate::{
    body::{Body, Faults},
    caller::{Caller, Scope},
    problem::{Answer, Refusal},
    query,
    routes::Registry,
    state::App,
    trail,
};

/// Registers them.
pub fn routes(cfg: &mut impl Registry) {
    cfg.service(get_test_clock).service(advance_test_clock);
}

/// Where the clock stands. `ready`: nothing is due any more.
#[utoipa::path(
    tag = "test_clock",
    operation_id = "get_test_clock",
    responses((status = 200, description = "The clock.", body = ClockView))
)]
#[get("/v1/test_clock")]
pub async fn get_test_clock(req: HttpRequest, app: Data<App>, caller: Caller) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    query::none(&req)?;
    only_test(&caller)?;
    let tx = app.store.read(caller.tenant).await?;
    Ok(HttpResponse::Ok().json(view(test_clock::get(&tx, caller.tenant).await?)))
}

/// Advances the clock: forward only, at most 400 days; everything that falls due on the way is worked in order at its
/// own instant. Ask `GET /v1/test_clock` until it is `ready`.
#[utoipa::path(
    tag = "test_clock",
    operation_id = "advance_test_clock",
    params(("dry_run" = Option<bool>, Query, description = "Check only.")),
    request_body = AdvanceInput,
    responses(
        (status = 202, description = "On its way.", body = ClockView),
        (status = 200, description = "A dry run: it could go there.", body = ClockView)
    )
)]
#[post("/v1/test_clock/advance")]
pub async fn advance_test_clock(req: HttpRequest, app: Data<App>, caller: Caller, Body(body): Body<AdvanceInput>) -> Answer<HttpResponse> {
    caller.require(Scope::ClockWrite)?;
    only_test(&caller)?;
    let dry_run = query::dry_run(&req)?;
    let mut faults = Faults::default();
    let to = faults.at("/to", &body.to);
    let to = faults.some(to)?;
    let tx = app.store.write(caller.tenant).await?;
    trail::before(&view(test_clock::get(&tx, caller.tenant).await?));
    let clock = test_clock::advance(&tx, caller.tenant, to).await?;
    if dry_run {
        return Ok(HttpResponse::Ok().json(view(clock)));
    }
    app.conclude(tx, false, HttpResponse::Accepted().json(view(clock))).await
}

fn only_test(caller: &Caller) -> Answer<()> {
    if caller.live { Err(Refusal::new(Code::LiveMode, "A live tenant has no clock of its own.")) } else { Ok(()) }
}

fn view(clock: Clock) -> ClockView {
    let status = if clock.is_ready() { "ready" } else { "advancing" };
    ClockView { now: at(clock.now), status: status.to_owned(), target: clock.target.map(at) }
}
