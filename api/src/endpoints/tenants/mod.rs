//! `POST|GET /v1/tenants`: for the operator, who has a key of his own; without one there is nothing here.

mod create;
mod list;

use actix_web::HttpRequest;
use subtle::ConstantTimeEq;

use crate::{
    caller::{bearer, unauthorized},
    problem::{Answer, Refusal},
    routes::Registry,
    state::App,
};

/// Registers them.
pub fn routes(cfg: &mut impl Registry) {
    cfg.service(list::list_tenants).service(create::create_tenant);
}

/// Is this the operator?
///
/// # Errors
/// 404 when there is no operator, 401 when this is not he.
pub(super) fn operator(req: &HttpRequest, app: &App) -> Answer<()> {
    let Some(key) = &app.operator_key else { return Err(Refusal::not_found()) };
    let same = bearer(req).is_some_and(|given| bool::from(given.as_bytes().ct_eq(key.as_bytes())));
    if same { Ok(()) } else { Err(unauthorized()) }
}
