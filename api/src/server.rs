//! The two servers: the public one, and the admin one that no stranger should reach.

use std::net::SocketAddr;

use actix_cors::Cors;
use actix_web::{
    App as Web, HttpResponse, HttpServer,
    dev::Server,
    http::{Method, header},
    middleware::{Compress, Condition, from_fn},
    web,
};
use metrics_exporter_prometheus::PrometheusHandle;

use crate::{
    docs::{self, Description},
    middleware::{bounds, frame, guard, idempotency, permit, quota, retire, spare_small, unmatched},
    routes,
    state::App,
    trail::on_record,
};

/// Seconds that requests in flight have to end after a stop.
const SHUTDOWN_SECONDS: u64 = 10;

/// A server that is bound and not yet running: await it to run.
pub struct Bound {
    /// The server.
    pub server: Server,
    /// Where it listens, with the port that was really taken.
    pub addresses: Vec<SocketAddr>,
}

/// Binds a server; a macro because the type of a server's factory cannot be written.
macro_rules! bind {
    ($server:expr, $listen:expr) => {{
        let server = $server.disable_signals().shutdown_timeout(SHUTDOWN_SECONDS).bind($listen)?;
        let addresses = server.addrs();
        Ok(Bound { server: server.run(), addresses })
    }};
}

/// The public server: `/v1`, the OpenAPI documents and their page.
///
/// # Errors
/// When it cannot be bound.
pub fn public(app: App, listen: &str, threads: usize) -> std::io::Result<Bound> {
    let description = web::Data::new(Description::default());
    let app = web::Data::new(app);
    let server = HttpServer::new(move || {
        Web::new()
            .app_data(app.clone())
            .app_data(description.clone())
            .wrap(from_fn(on_record))
            .wrap(from_fn(idempotency))
            .wrap(from_fn(permit))
            .wrap(from_fn(bounds))
            .wrap(from_fn(retire))
            .wrap(from_fn(quota))
            .wrap(from_fn(guard))
            .wrap(from_fn(spare_small))
            .wrap(Compress::default())
            .wrap(from_fn(frame))
            .wrap(Condition::new(!app.origins.is_empty(), cors(&app.origins)))
            .configure(routes::configure)
            .configure(docs::configure)
            .default_service(web::to(unmatched))
    });
    bind!(server.workers(threads.max(1)), listen)
}

/// Browsers of these origins may call; without any, none of another origin may.
fn cors(origins: &[String]) -> Cors {
    let ours = ["etag", "x-request-id", "idempotent-replayed", "ratelimit", "ratelimit-policy", "retry-after", "deprecation", "sunset"];
    let cors = Cors::default()
        .allowed_methods([Method::GET, Method::PUT, Method::POST, Method::PATCH, Method::DELETE])
        .allowed_headers([header::AUTHORIZATION, header::CONTENT_TYPE, header::IF_MATCH, header::IF_NONE_MATCH])
        .allowed_header("idempotency-key")
        .allowed_header("x-request-id")
        .expose_headers(ours)
        .max_age(3_600);
    origins.iter().fold(cors, |cors, origin| cors.allowed_origin(origin))
}

/// The admin server: `/livez` (no IO), `/readyz` (database and migrations), `/metrics`.
///
/// # Errors
/// When it cannot be bound.
pub fn admin(app: App, metrics: Option<PrometheusHandle>, listen: &str) -> std::io::Result<Bound> {
    let (app, metrics) = (web::Data::new(app), web::Data::new(metrics));
    let server = HttpServer::new(move || {
        Web::new()
            .app_data(app.clone())
            .app_data(metrics.clone())
            .route("/livez", web::get().to(livez))
            .route("/readyz", web::get().to(readyz))
            .route("/metrics", web::get().to(exposition))
    });
    bind!(server.workers(1), listen)
}

async fn livez() -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({ "status": "alive" }))
}

async fn readyz(app: web::Data<App>) -> HttpResponse {
    if let Err(error) = app.store.ping().await {
        tracing::warn!(error = %error, "not ready: the database does not answer");
        return HttpResponse::ServiceUnavailable().json(serde_json::json!({ "status": "database unreachable" }));
    }
    match app.store.migration_status().await {
        Ok(status) if status.pending.is_empty() => {
            HttpResponse::Ok().json(serde_json::json!({ "status": "ready", "lag_seconds": lag(&app).await }))
        }
        Ok(status) => {
            HttpResponse::ServiceUnavailable().json(serde_json::json!({ "status": "migrations wait", "pending": status.pending }))
        }
        Err(error) => {
            tracing::warn!(error = %error, "not ready: the migrations cannot be read");
            HttpResponse::ServiceUnavailable().json(serde_json::json!({ "status": "database unreachable" }))
        }
    }
}

/// For how long the work that waits longest has been due; a queue that is behind does not make the API unready.
async fn lag(app: &App) -> Option<i64> {
    let next = relance_store::due::next(&app.store).await.ok()?;
    let now = app.store.now();
    [next.look, next.send, next.delivery].into_iter().flatten().map(|due| (now - due).num_seconds().max(0)).max().or(Some(0))
}

async fn exposition(metrics: web::Data<Option<PrometheusHandle>>) -> HttpResponse {
    let text = metrics.as_ref().as_ref().map(PrometheusHandle::render).unwrap_or_default();
    HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(text)
}
