//! `relance key create`.

use anyhow::Context;
use relance_api::{
    caller::{Scope, is_scope},
    network::network,
};
use relance_domain::ids::TenantId;
use relance_store::{
    audit::{self, Deed},
    keys::{self, NewKey},
    tenants,
};
use serde_json::json;

use crate::cli::{DatabaseArgs, KeyAction};

pub async fn run(database: &DatabaseArgs, action: KeyAction) -> anyhow::Result<()> {
    let KeyAction::Create { tenant, scopes, expires, allow_network, json } = action;
    let tenant: TenantId = tenant.parse().with_context(|| format!("{tenant} is not a tenant's id (ten_…)"))?;
    let expires_at = expires.as_deref().map(super::tenant::instant).transpose()?;
    let scopes = if scopes.is_empty() { vec!["*".to_owned()] } else { scopes };
    let networks = allow_network
        .iter()
        .map(|text| network(text).map(|network| network.to_string()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|text| anyhow::anyhow!("{text} is not a network, e.g. 203.0.113.0/24"))?;
    if let Some(unknown) = scopes.iter().find(|word| !is_scope(word)) {
        anyhow::bail!(
            "there is no scope {unknown}; known: {}",
            Scope::ALL.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(", ")
        );
    }
    let store = super::open_current(database).await?;
    let tx = store.write(relance_store::Scope::System).await?;
    let live = tenants::get(&tx, tenant).await.context("no such tenant")?.live;
    let (key, text) = keys::create(&store, &tx, tenant, live, NewKey { scopes, networks, expires_at }).await?;
    let deed = Deed {
        action: "key create".to_owned(),
        resource_type: "api_key".to_owned(),
        resource_id: Some(key.id.to_string()),
        ..Deed::default()
    };
    audit::record(&tx, tenant, &super::by_hand(), deed, store.now()).await?;
    store.commit(tx).await?;
    if json {
        println!("{}", json!({"key_id": key.id.to_string(), "api_key": text, "scopes": key.scopes}));
    } else {
        println!("key      {}\nscopes   {}\napi key  {text}   (shown once)", key.id, key.scopes.join(", "));
    }
    Ok(store.close().await?)
}
