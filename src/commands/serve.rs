//! `relance serve`: until SIGTERM or SIGINT.

use std::time::{Duration, Instant};

use anyhow::Context;
use tokio::signal::unix::{SignalKind, signal};

use crate::{
    cli::{DatabaseArgs, ServeArgs},
    secrets,
    service::{Service, ServiceConfig},
};

/// What is still running after this is cut off.
const LONGEST_STOP: Duration = Duration::from_secs(20);

pub async fn run(database: &DatabaseArgs, args: ServeArgs) -> anyhow::Result<()> {
    let began = Instant::now();
    let store = super::open(database).await?;
    if args.auto_migrate || !store.is_postgres() {
        let done = store.migrate_up().await?;
        if !done.is_empty() {
            tracing::info!(steps = done.join(", "), "schema brought up to date");
        }
    }
    if store.migration_status().await?.pending.is_empty() {
        store.unlock().await?; // before anything is answered or sent
    }
    secrets::check_operator_key(args.operator_key.as_deref())?;
    let role = args.role;
    let config = ServiceConfig {
        role,
        listen: args.listen,
        admin_listen: args.admin_listen,
        operator_key: args.operator_key,
        egress_allow: args.egress_allow,
        trusted_proxies: args.trusted_proxies,
        jwt_issuers: args.jwt_issuers,
        letters_dir: args.letters_dir,
        public_url: args.public_url,
        cors_origins: args.cors_origins,
        rate_limit: args.rate_limit,
        send_calls: usize::from(args.send_calls),
        listen_url: store.is_postgres().then(|| database.database_url.clone()),
    };
    let mut stop = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let service = Service::start(store, config).await?;
    tracing::info!(api = ?service.api, admin = ?service.admin, ?role, ms = began.elapsed().as_millis(), "ready");
    tokio::select! {
        _ = stop.0.recv() => {}
        _ = stop.1.recv() => {}
    }
    tracing::info!("stopping: requests first, then workers, then the database");
    tokio::time::timeout(LONGEST_STOP, service.stop()).await.context("cut off after 20 s")?
}
