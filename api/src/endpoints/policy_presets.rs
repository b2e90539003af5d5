//! `GET /v1/policy_presets`.

use actix_web::{HttpRequest, HttpResponse, get};
use relance_domain::policy::presets;
use relance_openapi::policy::{PolicyPresetList, PolicyPresetView, members};

use crate::{
    caller::{Caller, Scope},
    problem::Answer,
    query,
    routes::Registry,
};

/// Registers it.
pub fn routes(cfg: &mut impl Registry) {
    cfg.service(list_policy_presets);
}

/// The built-in policies; a new tenant has a copy of each.
#[utoipa::path(
    tag = "policies",
    operation_id = "list_policy_presets",
    responses((status = 200, description = "All of them.", body = PolicyPresetList))
)]
#[get("/v1/policy_presets")]
pub async fn list_policy_presets(req: HttpRequest, caller: Caller) -> Answer<HttpResponse> {
    caller.require(Scope::Read)?;
    query::none(&req)?;
    let data =
        presets().iter().map(|preset| PolicyPresetView { key: preset.key.to_owned(), document: members(&preset.document) }).collect();
    Ok(HttpResponse::Ok().json(PolicyPresetList { data, has_more: false, next_cursor: None }))
}
