//! `GET /v1/me`.

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use relance_openapi::{key::MeView, time::at};
use relance_store::tenants;

use crate::{
    caller::{Actor, Caller},
    problem::Answer,
    query,
    state::App,
};

/// Who is calling: key, tenant, mode, scopes, and what time it is there.
#[utoipa::path(tag = "api_keys", operation_id = "get_me", responses((status = 200, description = "The caller.", body = MeView)))]
#[get("/v1/me")]
pub async fn get_me(req: HttpRequest, app: Data<App>, caller: Caller) -> Answer<HttpResponse> {
    query::none(&req)?;
    let tx = app.store.read(caller.tenant).await?;
    let tenant = tenants::get(&tx, caller.tenant).await?;
    let now = tenants::now(&tx, caller.tenant, app.store.now()).await?;
    Ok(HttpResponse::Ok().json(MeView {
        key_id: matches!(caller.actor, Actor::Key(_)).then(|| caller.key_id.to_string()),
        actor_id: caller.actor.id(),
        tenant_id: caller.tenant.to_string(),
        tenant_name: tenant.name,
        mode: if caller.live { "live" } else { "test" }.to_owned(),
        livemode: caller.live,
        scopes: caller.scopes.to_vec(),
        now: at(now),
    }))
}
