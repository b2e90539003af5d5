//! The hello-world baseline: actix-web with two workers, in a process of its own so that its CPU is known.

use std::process::{Child, Command, Stdio};

use actix_web::{App, HttpResponse, HttpServer, web};
use anyhow::{Context, Result};
use serde::Deserialize;

use crate::{product::free_port, wire, wire::Conn};

#[derive(Deserialize)]
#[expect(dead_code, reason = "parsed as a product would, then thrown away")]
struct Event {
    specversion: String,
    id: String,
    source: String,
    #[serde(rename = "type")]
    kind: String,
    data: Invoice,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "parsed as a product would, then thrown away")]
struct Invoice {
    external_id: String,
    source_version: i64,
    number: String,
    customer_external_id: String,
    issued_on: String,
    due_on: String,
    currency: String,
    total: String,
    payable: String,
    origin: String,
}

/// Serves until killed.
pub fn serve(port: u16) -> Result<()> {
    actix_web::rt::System::new().block_on(async move {
        HttpServer::new(|| {
            App::new()
                .app_data(web::PayloadConfig::new(8 << 20))
                .route("/hello", web::get().to(async || "Hello world"))
                .route("/hook", web::post().to(async || "{}"))
                .route("/one", web::post().to(one))
                .route("/batch", web::post().to(batch))
        })
        .workers(2)
        .bind(("127.0.0.1", port))?
        .run()
        .await
    })?;
    Ok(())
}

async fn one(bytes: web::Bytes) -> HttpResponse {
    match serde_json::from_slice::<Event>(&bytes) {
        Ok(event) => HttpResponse::Accepted().content_type("application/json").body(format!(r#"{{"id":"{}"}}"#, event.id)),
        Err(error) => HttpResponse::BadRequest().body(error.to_string()),
    }
}

async fn batch(bytes: web::Bytes) -> HttpResponse {
    match serde_json::from_slice::<Vec<Event>>(&bytes) {
        Ok(events) => HttpResponse::MultiStatus().content_type("application/json").body(format!(r#"{{"accepted":{}}}"#, events.len())),
        Err(error) => HttpResponse::BadRequest().body(error.to_string()),
    }
}

/// A running sink.
#[derive(Debug)]
pub struct Sink {
    pub address: String,
    pub pid: u32,
    child: Child,
}

impl Sink {
    pub async fn start() -> Result<Self> {
        let port = free_port()?;
        let child = Command::new("setpriv")
            .args(["--pdeathsig", "KILL"])
            .arg(std::env::current_exe()?)
            .args(["sink", &port.to_string()])
            .stdin(Stdio::null())
            .spawn()
            .context("starting the sink")?;
        let address = format!("127.0.0.1:{port}");
        let sink = Self { address, pid: child.id(), child };
        for _ in 0..5_000 {
            if let Ok(mut conn) = Conn::open(&sink.address).await
                && conn.exchange(&wire::get("/hello", "")).await.is_ok()
            {
                return Ok(sink);
            }
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
        anyhow::bail!("the sink did not come up")
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
