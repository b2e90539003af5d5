//! `relance key create`.

use anyhow::Context;
use relance_domain::ids::TenantId;
use relance_store::{
    Scope,
    keys::{self, NewKey},
    tenants,
};
use serde_json::json;

use crate::cli::{DatabaseArgs, KeyAction};

pub async fn run(database: &DatabaseArgs, action: KeyAction) -> anyhow::Result<()> {
    let KeyAction::Create { tenant, scopes, expires, json } = action;
    let tenant: TenantId = tenant.parse().with_context(|| format!("{tenant} is not a tenant's id (ten_…)"))?;
    let expires_at = expires.as_deref().map(super::tenant::instant).transpose()?;
    let scopes = if scopes.is_empty() { vec!["*".to_owned()] } else { scopes };
    let store = super::open_current(database).await?;
    let tx = store.write(Scope::System).await?;
    let live = tenants::get(&tx, tenant).await.context("no such tenant")?.live;
    let (key, text) = keys::create(&tx, tenant, live, NewKey { scopes, expires_at }, store.now()).await?;
    store.commit(tx).await?;
    if json {
        println!("{}", json!({"key_id": key.id.to_string(), "api_key": text, "scopes": key.scopes}));
    } else {
        println!("key      {}\nscopes   {}\napi key  {text}   (shown once)", key.id, key.scopes.join(", "));
    }
    Ok(store.close().await?)
}
