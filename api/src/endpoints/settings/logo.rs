//! `GET|PUT|DELETE /v1/settings/logo`.

use actix_web::{HttpRequest, HttpResponse, delete, get, put, web::Data};
use base64::{Engine, engine::general_purpose::STANDARD};
use relance_domain::{
    records::{Logo, TenantRecord},
    settings::Settings,
};
use relance_letters::read_logo;
use relance_openapi::{
    problem::Code,
    settings::{LogoInput, LogoView},
};
use relance_store::{Tx, logos, tenants};

use crate::{
    body::Body,
    caller::{Caller, Scope},
    etag::{check_match, tagged},
    problem::{Answer, Refusal},
    query,
    state::App,
    trail,
};

/// The logo on what is sent.
#[utoipa::path(tag = "settings", operation_id = "get_logo", responses((status = 200, description = "The logo.", body = LogoView)))]
#[get("/v1/settings/logo")]
pub async fn get_logo(req: HttpRequest, app: Data<App>, caller: Caller) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    query::none(&req)?;
    let tx = app.store.read(caller.tenant).await?;
    let tenant = tenants::get(&tx, caller.tenant).await?;
    let view = shown(&tx, &tenant).await?.ok_or_else(Refusal::not_found)?;
    Ok(tagged(tenant.settings_version, &view))
}

/// Puts a logo above mails and letters from now on. It goes along with each mail, so that it is seen without asking anybody;
/// where a provider takes no picture with a mail, the mail leaves without it.
#[utoipa::path(
    tag = "settings",
    operation_id = "put_logo",
    params(("dry_run" = Option<bool>, Query, description = "Check only.")),
    request_body = LogoInput,
    responses((status = 200, description = "The logo as it is now.", body = LogoView))
)]
#[put("/v1/settings/logo")]
pub async fn put_logo(req: HttpRequest, app: Data<App>, caller: Caller, body: Body<LogoInput>) -> Answer<HttpResponse> {
    caller.require(Scope::SettingsWrite)?;
    let dry_run = query::dry_run(&req)?;
    let (logo, data) = read(body.0.data).await?;
    let tx = app.store.write(caller.tenant).await?;
    let tenant = tenants::get(&tx, caller.tenant).await?;
    check_match(&req, tenant.settings_version)?;
    let new = view(&logo, &data);
    if dry_run || tenant.settings.logo.as_ref() == Some(&logo) {
        return Ok(tagged(tenant.settings_version, &new));
    }
    tell_before(&tx, &tenant).await?;
    logos::keep(&tx, caller.tenant, &logo, &data, app.store.now()).await?;
    let settings = Settings { logo: Some(logo), ..tenant.settings };
    let version = tenants::put_settings(&tx, caller.tenant, tenant.settings_version, &settings).await?;
    app.conclude(tx, false, tagged(version, &new)).await
}

/// Takes the logo off what is sent from now on.
#[utoipa::path(
    tag = "settings",
    operation_id = "delete_logo",
    params(("dry_run" = Option<bool>, Query, description = "Check only.")),
    responses((status = 204, description = "Taken off."))
)]
#[delete("/v1/settings/logo")]
pub async fn delete_logo(req: HttpRequest, app: Data<App>, caller: Caller) -> Answer<HttpResponse> {
    caller.require(Scope::SettingsWrite)?;
    let dry_run = query::dry_run(&req)?;
    let tx = app.store.write(caller.tenant).await?;
    let tenant = tenants::get(&tx, caller.tenant).await?;
    if tenant.settings.logo.is_none() {
        return Err(Refusal::not_found());
    }
    check_match(&req, tenant.settings_version)?;
    if dry_run {
        return Ok(HttpResponse::NoContent().finish());
    }
    tell_before(&tx, &tenant).await?;
    let settings = Settings { logo: None, ..tenant.settings };
    tenants::put_settings(&tx, caller.tenant, tenant.settings_version, &settings).await?;
    app.conclude(tx, false, HttpResponse::NoContent().finish()).await
}

/// The picture, decoded twice: from its text, and to its last pixel.
async fn read(text: String) -> Answer<(Logo, Vec<u8>)> {
    let refused = |detail: String| Refusal::field(Code::ValidationFailed, "/data", detail);
    let data = STANDARD.decode(text.trim()).map_err(|_| refused("This is not base64 (RFC 4648, with padding).".to_owned()))?;
    let decoded = actix_web::web::block(move || read_logo(&data).map(|logo| (logo, data)));
    let decoded = decoded.await.map_err(|_| Refusal::new(Code::Overloaded, "The picture could not be read in time: try again."))?;
    decoded.map_err(|fault| refused(fault.to_string()))
}

async fn shown(tx: &Tx, tenant: &TenantRecord) -> Answer<Option<LogoView>> {
    let kept = logos::read(tx, tenant.id, &tenant.settings.logo).await?;
    let picture = tenant.settings.logo.as_ref().and_then(|logo| kept.of(logo));
    Ok(picture.map(|picture| view(&picture.logo, &picture.data)))
}

async fn tell_before(tx: &Tx, tenant: &TenantRecord) -> Answer<()> {
    if let Some(view) = shown(tx, tenant).await? {
        trail::before(&view);
    }
    Ok(())
}

fn view(logo: &Logo, data: &[u8]) -> LogoView {
    let Logo { sha256, media_type, width, height } = logo.clone();
    LogoView { media_type, width, height, sha256, data: STANDARD.encode(data) }
}
