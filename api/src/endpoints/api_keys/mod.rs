//! `/v1/api_keys` and `/v1/me`.

mod create;
mod list;
mod me;
mod revoke;
mod rotate;

use ipnet::IpNet;
use relance_openapi::{key::ApiKeyView, problem::Code, time::at};
use relance_store::keys::{KeyRecord, NewKey};

use crate::{
    caller::Caller,
    problem::{Answer, Refusal},
    routes::Registry,
};

/// Registers them.
pub fn routes(cfg: &mut impl Registry) {
    cfg.service(list::list_api_keys)
        .service(create::create_api_key)
        .service(revoke::delete_api_key)
        .service(rotate::rotate_api_key)
        .service(me::get_me);
}

fn view(record: &KeyRecord, live: bool) -> ApiKeyView {
    ApiKeyView::of(record, live)
}

/// A key cannot grant what it lacks: neither scopes, nor networks, nor time.
fn within(caller: &Caller, new: &NewKey) -> Answer<()> {
    let lacks = |what: String| Err(Refusal::new(Code::ForbiddenScope, format!("A key cannot give what it lacks: {what}.")));
    if let Some(scope) = new.scopes.iter().find(|scope| !caller.may(scope)) {
        return lacks(format!("the scope {scope}"));
    }
    let own = &caller.bounds.networks;
    let inside = |text: &String| text.parse::<IpNet>().is_ok_and(|network| own.iter().any(|wide| wide.contains(&network)));
    if !own.is_empty() && (new.networks.is_empty() || !new.networks.iter().all(inside)) {
        return lacks("networks beyond its own".to_owned());
    }
    match caller.bounds.expires_at {
        Some(end) if new.expires_at.is_none_or(|until| until > end) => lacks(format!("life beyond {}", at(end))),
        _ => Ok(()),
    }
}
