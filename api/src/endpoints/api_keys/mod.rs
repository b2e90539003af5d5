//! `/v1/api_keys` and `/v1/me`.

mod create;
mod list;
mod me;
mod revoke;

use crate::routes::Registry;
use relance_openapi::{key::ApiKeyView, time::at};
use relance_store::keys::KeyRecord;

/// Registers them.
pub fn routes(cfg: &mut impl Registry) {
    cfg.service(list::list_api_keys).service(create::create_api_key).service(revoke::delete_api_key).service(me::get_me);
}

fn view(record: &KeyRecord, live: bool) -> ApiKeyView {
    let KeyRecord { id, tenant: _, lookup, scopes, expires_at, revoked_at, created_at } = record;
    ApiKeyView {
        id: Some(id.to_string()),
        prefix: format!("rlk_{}_{lookup}", if live { "live" } else { "test" }),
        scopes: scopes.clone(),
        expires_at: expires_at.map(at),
        revoked_at: revoked_at.map(at),
        created_at: Some(at(*created_at)),
    }
}
