//! `GET /v1/settings`.

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use relance_openapi::settings::SettingsView;
use relance_store::tenants;

use crate::{
    caller::{Caller, Scope},
    etag::tagged,
    problem::Answer,
    query,
    state::App,
};

/// The creditor's identity and the tenant's defaults.
#[utoipa::path(tag = "settings", operation_id = "get_settings", responses((status = 200, description = "The settings.", body = SettingsView)))]
#[get("/v1/settings")]
pub async fn get_settings(req: HttpRequest, app: Data<App>, caller: Caller) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    query::none(&req)?;
    let tx = app.store.read(caller.tenant).await?;
    let tenant = tenants::get(&tx, caller.tenant).await?;
    Ok(tagged(tenant.settings_version, &SettingsView::from(&tenant.settings)))
}
