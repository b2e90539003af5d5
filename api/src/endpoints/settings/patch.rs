//! `PATCH /v1/settings`.

use actix_web::{HttpRequest, HttpResponse, patch, web::Data};
use relance_domain::settings::Settings;
use relance_openapi::{
    problem::Code,
    settings::{SettingsPatch, SettingsView},
};
use relance_store::{tenants, touch};
use serde_json::Value;

use super::check::check;
use crate::{
    body::{self, Body},
    caller::{Caller, Scope},
    etag::{check_match, tagged},
    problem::{Answer, Refusal},
    query,
    state::App,
    trail,
};

/// Changes some settings: absent members stay, null empties, `address` is replaced as a whole.
/// Every customer is looked at again.
#[utoipa::path(
    tag = "settings",
    operation_id = "patch_settings",
    params(("dry_run" = Option<bool>, Query, description = "Check only.")),
    request_body = SettingsPatch,
    responses((status = 200, description = "The settings as they are now.", body = SettingsView))
)]
#[patch("/v1/settings")]
pub async fn patch_settings(req: HttpRequest, app: Data<App>, caller: Caller, body: Body<Value>) -> Answer<HttpResponse> {
    caller.require(Scope::SettingsWrite)?;
    let dry_run = query::dry_run(&req)?;
    let tx = app.store.write(caller.tenant).await?;
    let tenant = tenants::get(&tx, caller.tenant).await?;
    trail::before(&SettingsView::from(&tenant.settings));
    check_match(&req, tenant.settings_version)?;
    let view = patched(&SettingsView::from(&tenant.settings), body.0)?;
    check(&view)?;
    let settings = Settings { logo: tenant.settings.logo.clone(), ..Settings::from(view.clone()) };
    if dry_run || settings == tenant.settings {
        return Ok(tagged(tenant.settings_version, &view));
    }
    let version = tenants::put_settings(&tx, caller.tenant, tenant.settings_version, &settings).await?;
    let now = tenants::now(&tx, caller.tenant, app.store.now()).await?;
    touch::look_at_everybody(&tx, caller.tenant, now).await?;
    app.conclude(tx, false, tagged(version, &view)).await
}

/// The settings with the stated members in their places.
fn patched(current: &SettingsView, patch: Value) -> Answer<SettingsView> {
    body::value::<SettingsPatch>(patch.clone(), "")?;
    let mut whole = serde_json::to_value(current).unwrap_or_default();
    let (Some(members), Value::Object(stated)) = (whole.as_object_mut(), patch) else {
        return Err(Refusal::field(Code::ValidationFailed, "", "The body must be an object."));
    };
    members.extend(stated);
    body::value(whole, "")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn absent_members_stay_and_null_empties() {
        let before =
            SettingsView::from(&Settings { legal_name: Some("Atelier".into()), phone: Some("0102".into()), ..Settings::default() });
        let after = patched(&before, json!({"phone": null, "iban": "FR7630006000011234567890189"})).unwrap();
        assert_eq!((after.legal_name.as_deref(), after.phone, after.iban.is_some()), (Some("Atelier"), None, true));
        let faults = |patch| patched(&before, patch).unwrap_err().errors.into_iter().map(|fault| fault.pointer).collect::<Vec<_>>();
        assert_eq!(faults(json!({"time_zone": null})), ["/time_zone"]);
        assert_eq!(faults(json!({"address": {"lines": []}, "x": 1})), ["/address/country", "/x"]);
    }
}
