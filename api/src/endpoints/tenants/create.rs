//! `POST /v1/tenants`.

use actix_web::{HttpRequest, HttpResponse, post, web::Data};
use relance_openapi::{
    tenant::{CreatedTenant, NewTenantInput, TenantView},
    time::at,
};
use relance_store::{
    Scope,
    keys::{self, NewKey},
    tenants::{self, NewTenant},
};

use super::operator;
use crate::{
    body::{Body, Faults},
    problem::Answer,
    query,
    state::App,
};

/// Makes a tenant with the built-in policies and a first key, which is shown here and never again.
#[utoipa::path(
    tag = "tenants",
    operation_id = "create_tenant",
    params(("dry_run" = Option<bool>, Query, description = "Check only: 200 with the would-be tenant.")),
    request_body = NewTenantInput,
    responses(
        (status = 201, description = "Made.", body = CreatedTenant),
        (status = 200, description = "A dry run: what would be made.", body = CreatedTenant)
    )
)]
#[post("/v1/tenants")]
pub async fn create_tenant(req: HttpRequest, app: Data<App>, body: Body<NewTenantInput>) -> Answer<HttpResponse> {
    operator(&req, &app)?;
    let dry_run = query::dry_run(&req)?;
    let new = read(&body.0)?;
    if dry_run {
        let NewTenant { name, live: _, clock } = new;
        let tenant = TenantView { id: None, tenant_id: None, name, mode: body.0.mode, clock: clock.map(at), created_at: None };
        return Ok(HttpResponse::Ok().json(CreatedTenant { tenant, api_key: None }));
    }
    let tx = app.store.write(Scope::System).await?;
    let tenant = tenants::create(&tx, new, app.store.now()).await?;
    let (_, text) = keys::create(&app.store, &tx, tenant.id, tenant.live, NewKey::of_all_scopes()).await?;
    app.conclude(tx, false, HttpResponse::Created().json(CreatedTenant { tenant: TenantView::from(&tenant), api_key: Some(text) })).await
}

fn read(body: &NewTenantInput) -> Answer<NewTenant> {
    let mut faults = Faults::default();
    faults.text("/name", &body.name, 200);
    faults.word("/mode", &body.mode, &["live", "test"]);
    let live = body.mode == "live";
    let clock = body.clock.as_deref().and_then(|text| faults.at("/clock", text));
    if live && body.clock.is_some() {
        faults.invalid("/clock", "Only a test tenant has a clock of its own.");
    }
    faults.check()?;
    Ok(NewTenant { name: body.name.clone(), live, clock })
}
