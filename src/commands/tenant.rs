//! `relance tenant create`.

use anyhow::Context;
use chrono::{DateTime, Utc};
use relance_store::{
    Scope,
    audit::{self, Deed},
    keys::{self, NewKey},
    tenants::{self, NewTenant},
};
use serde_json::json;

use crate::cli::{DatabaseArgs, Mode, TenantAction};

pub async fn run(database: &DatabaseArgs, action: TenantAction) -> anyhow::Result<()> {
    let TenantAction::Create { name, mode, clock, json } = action;
    let live = mode == Mode::Live;
    anyhow::ensure!(!live || clock.is_none(), "a live tenant works on real time: --clock is for --mode test");
    let clock = clock.as_deref().map(instant).transpose()?;
    let store = super::open_current(database).await?;
    let now = store.now();
    let tx = store.write(Scope::System).await?;
    let tenant = tenants::create(&tx, NewTenant { name, live, clock }, now).await?;
    let (_, api_key) = keys::create(&store, &tx, tenant.id, live, NewKey::of_all_scopes()).await?;
    let deed = Deed {
        action: "tenant create".to_owned(),
        resource_type: "tenant".to_owned(),
        resource_id: Some(tenant.id.to_string()),
        ..Deed::default()
    };
    audit::record(&tx, tenant.id, &super::by_hand(), deed, store.now()).await?;
    store.commit(tx).await?;
    if json {
        let mode = if live { "live" } else { "test" };
        println!("{}", json!({"tenant_id": tenant.id.to_string(), "name": tenant.name, "mode": mode, "api_key": api_key}));
    } else {
        println!("tenant   {}\napi key  {api_key}   (shown once)", tenant.id);
    }
    Ok(store.close().await?)
}

/// An RFC 3339 instant of the command line.
pub fn instant(text: &str) -> anyhow::Result<DateTime<Utc>> {
    let read = DateTime::parse_from_rfc3339(text);
    Ok(read.with_context(|| format!("{text} is not RFC 3339, e.g. 2026-10-01T08:00:00Z"))?.to_utc())
}
