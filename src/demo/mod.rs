//! The demo: the whole service on loopback, driven through its own API by a controller who never tires.

mod api;
mod controller;
mod receiver;
mod setup;
pub mod stage;
mod story;
mod tell;

use std::{path::PathBuf, sync::Arc};

use anyhow::Context;
use relance_store::{Store, StoreConfig};
use relance_workers::catcher::Catcher;
use serde_json::json;

use crate::{
    cli::Role,
    clock::SystemClock,
    service::{Service, ServiceConfig},
};

/// Plays the story over `papers`; with `keep` the server stays up until Ctrl-C.
pub async fn play(papers: Vec<stage::Paper>, keep: bool) -> anyhow::Result<()> {
    let folder = tempfile::Builder::new().prefix("relance-demo-").tempdir()?;
    let letters = PathBuf::from("relance-demo-letters");
    let operator_key = "demo-operator-key".to_owned();
    let service = start(&folder, &letters, &operator_key, keep).await?;
    let address = service.api.context("the API has an address")?;
    let catcher = Catcher::start().await?;
    let receiver = receiver::Receiver::start().await?;
    let base = format!("http://{address}");

    let read = stage::read(papers);
    story::title("Relance: from invoice to payment");
    stage::tell(&read);
    let staged = stage::choose(read)?;
    let mut api = api::Api::new(&base, &operator_key)?;
    let tenant = api.post("/v1/tenants", json!({"name": "Demo", "mode": "test", "clock": staged.begins_at()})).await?;
    api.key = tenant.get("api_key").and_then(|key| key.as_str()).context("a key")?.to_owned();
    let told = controller::Controller::new(api, catcher, receiver, letters).await?.run(&staged).await?;
    story::ending(&told, &base, keep);
    if keep {
        tokio::signal::ctrl_c().await?;
    }
    service.stop().await
}

async fn start(folder: &tempfile::TempDir, letters: &std::path::Path, operator_key: &str, keep: bool) -> anyhow::Result<Service> {
    let url = format!("sqlite://{}/relance.db", folder.path().display());
    let mut secret_key = [0_u8; 32];
    getrandom::fill(&mut secret_key).map_err(|error| anyhow::anyhow!("no randomness: {error}"))?;
    let store = Store::open(&StoreConfig { url, secret_key, connections: 4 }, Arc::new(SystemClock)).await?;
    store.migrate_up().await?;
    let config = ServiceConfig {
        role: Role::All,
        // a place that can be bookmarked when the server stays
        listen: if keep { "127.0.0.1:8080" } else { "127.0.0.1:0" }.to_owned(),
        admin_listen: "127.0.0.1:0".to_owned(),
        operator_key: Some(operator_key.to_owned()),
        trusted_proxies: String::new(),
        jwt_issuers: String::new(),
        egress_allow: "127.0.0.0/8".to_owned(),
        letters_dir: Some(letters.to_owned()),
        public_url: None,
        cors_origins: Vec::new(),
        rate_limit: relance_api::state::REQUESTS_A_MINUTE,
        send_calls: relance_workers::sending::CALLS,
        listen_url: None,
    };
    Service::start(store, config).await
}
