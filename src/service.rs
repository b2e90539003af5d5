//! The composition root: store, API, workers and admin listener become one service.

use std::{net::SocketAddr, path::PathBuf, sync::Arc};

use actix_web::dev::ServerHandle;
use anyhow::Context;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use relance_api::{
    network::Proxies,
    server,
    state::App,
    tokens::{self, Tokens},
};
use relance_domain::egress::EgressPolicy;
use relance_store::Store;
use relance_workers::{
    engine::{Engine, EngineConfig, Paces},
    http::GuardedClient,
    notices::Herald,
    sending::SendContext,
    webhooks::WebhookContext,
};
use tokio::task::JoinHandle;

use crate::{cli::Role, egress::GuardedEgress, inbox::Translation};

/// What a service is made of.
pub struct ServiceConfig {
    pub role: Role,
    pub listen: String,
    pub admin_listen: String,
    pub operator_key: Option<String>,
    pub egress_allow: String,
    pub trusted_proxies: String,
    /// Identity providers whose tokens are believed.
    pub jwt_issuers: String,
    pub letters_dir: Option<PathBuf>,
    /// The address that the outside reaches the API under: providers send their receipts there.
    pub public_url: Option<String>,
    /// Origins whose pages may call.
    pub cors_origins: Vec<String>,
    /// Requests a minute and tenant; 0 for no limit.
    pub rate_limit: u32,
    /// Calls to providers of messages at the same time.
    pub send_calls: usize,
    /// PostgreSQL's URL, to hear of work that other processes make due.
    pub listen_url: Option<String>,
}

/// A running service.
pub struct Service {
    /// Where the API really listens; none for a worker.
    pub api: Option<SocketAddr>,
    /// Where the admin listener really listens.
    pub admin: Option<SocketAddr>,
    servers: Vec<(ServerHandle, JoinHandle<std::io::Result<()>>)>,
    engine: Option<Engine>,
    store: Store,
}

impl Service {
    /// Starts everything the role asks for; on return it answers and works.
    pub async fn start(store: Store, config: ServiceConfig) -> anyhow::Result<Self> {
        let metrics = metrics_handle()?;
        let policy =
            EgressPolicy::parse(&config.egress_allow).context("RELANCE_EGRESS_ALLOW: networks such as 127.0.0.0/8, divided by commas")?;
        let client = GuardedClient::new(policy);
        let sender = SendContext::new(store.clone(), client.clone(), config.letters_dir)
            .with_calls(config.send_calls)
            .with_public_url(config.public_url.as_deref());
        let egress = GuardedEgress { client: client.clone(), sender: Some(sender.clone()) };
        let proxies = Proxies::parse(&config.trusted_proxies)
            .map_err(|word| anyhow::anyhow!("RELANCE_TRUSTED_PROXIES: {word} is no network such as 10.0.0.0/8"))?;
        let issuers = tokens::parse(&config.jwt_issuers).map_err(|why| anyhow::anyhow!("RELANCE_JWT_ISSUERS: {why}"))?;
        let fetch: Arc<dyn tokens::Fetch> = Arc::new(GuardedEgress { client: client.clone(), sender: None });
        let tokens = Tokens::new(issuers, &fetch);
        let app = App::new(store.clone(), config.operator_key.as_deref(), Arc::new(egress))
            .with_quota(config.rate_limit)
            .believing(tokens)
            .behind(proxies)
            .reached_at(config.public_url.as_deref())
            .with_origins(config.cors_origins);
        let admin_app = app.clone();
        let mut service = Self { api: None, admin: None, servers: Vec::new(), engine: None, store: store.clone() };
        if config.role.serves() {
            let threads = std::thread::available_parallelism().map_or(2, usize::from);
            let api = server::public(app, &config.listen, threads).with_context(|| format!("the API cannot have {}", config.listen))?;
            service.api = api.addresses.first().copied();
            service.spawn(api);
        }
        if config.role.works() {
            let sending = Arc::new(sender);
            let engine = EngineConfig {
                herald: Arc::clone(&sending) as Arc<dyn Herald>,
                sender: sending,
                courier: Arc::new(WebhookContext::new(store.clone(), client)),
                translator: Arc::new(Translation(store.clone())),
                listen_url: config.listen_url,
                paces: Paces { send: Paces::sends(config.send_calls), ..Paces::for_store(&store) },
            };
            service.engine = Some(Engine::start(store, engine));
        }
        // last: who hears `/readyz` say yes finds everything else there
        let admin = server::admin(admin_app, Some(metrics), &config.admin_listen)
            .with_context(|| format!("the admin listener cannot have {}", config.admin_listen))?;
        service.admin = admin.addresses.first().copied();
        service.spawn(admin);
        Ok(service)
    }

    fn spawn(&mut self, bound: server::Bound) {
        let handle = bound.server.handle();
        self.servers.push((handle, tokio::spawn(bound.server)));
    }

    /// Stops taking requests, ends or hands back what is in flight, closes the database.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.store.retire();
        for (handle, _) in &self.servers {
            handle.stop(true).await;
        }
        for (_, task) in self.servers {
            task.await??;
        }
        if let Some(engine) = self.engine {
            engine.stop().await;
        }
        Ok(self.store.close().await?)
    }
}

/// One recorder a process, however many services it starts.
fn metrics_handle() -> anyhow::Result<PrometheusHandle> {
    static HANDLE: std::sync::OnceLock<Result<PrometheusHandle, String>> = std::sync::OnceLock::new();
    let made = HANDLE.get_or_init(|| PrometheusBuilder::new().install_recorder().map_err(|error| error.to_string()));
    made.clone().map_err(anyhow::Error::msg)
}
