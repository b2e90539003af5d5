//! Workers that speak HTTP: the same ones drive the sink and the product.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};

use crate::{
    load::Worker,
    payload, wire,
    wire::Conn,
    world::{self, BATCH, INGEST, SINGLE, shown},
};

/// Posts fresh events, one or many a request.
#[derive(Debug)]
pub struct Events {
    conn: Conn,
    path: &'static str,
    key: String,
    size: usize,
    customers: u64,
    days: (String, String),
}

impl Events {
    /// To the product.
    pub async fn to_product(address: &str, key: &str, connections: usize, size: usize, customers: u64) -> Result<Vec<Self>> {
        Self::many(address, INGEST, key, connections, size, customers).await
    }

    /// To the sink.
    pub async fn to_sink(address: &str, connections: usize, size: usize, customers: u64) -> Result<Vec<Self>> {
        let path = if size == 1 { "/one" } else { "/batch" };
        Self::many(address, path, "rlk_live_none", connections, size, customers).await
    }

    async fn many(address: &str, path: &'static str, key: &str, connections: usize, size: usize, customers: u64) -> Result<Vec<Self>> {
        let days = (payload::day(0), payload::day(30));
        let mut workers = Vec::with_capacity(connections);
        for _ in 0..connections {
            workers.push(Self { conn: Conn::open(address).await?, path, key: key.to_owned(), size, customers, days: days.clone() });
        }
        Ok(workers)
    }
}

impl Worker for Events {
    async fn once(&mut self) -> Result<u64> {
        let (issued_on, due_on) = (&self.days.0, &self.days.1);
        if self.size == 1 {
            let body = payload::fresh_event(self.customers, issued_on, due_on);
            let reply = self.conn.exchange(&wire::post(self.path, &self.key, SINGLE, body.as_bytes())).await?;
            ensure!(reply.status == 202, "{} {}", reply.status, shown(&reply.body));
            return Ok(1);
        }
        let body = payload::fresh_batch(self.size, self.customers, issued_on, due_on);
        let reply = self.conn.exchange(&wire::post(self.path, &self.key, BATCH, body.as_bytes())).await?;
        let accepted = world::summary(&reply.body, "accepted").context("no summary")?;
        ensure!(accepted == self.size as u64, "{} {}", reply.status, shown(&reply.body));
        Ok(accepted)
    }
}

/// Posts the bodies it was given, once each, and counts `counted` of the summaries.
pub async fn replay(address: &str, requests: &[Vec<Vec<u8>>], counted: &'static str) -> Result<u64> {
    let connections = requests.iter().map(|mine| async move {
        let mut conn = Conn::open(address).await?;
        let mut items = 0;
        for request in mine {
            let reply = conn.exchange(request).await?;
            items += world::summary(&reply.body, counted).with_context(|| shown(&reply.body))?;
        }
        anyhow::Ok(items)
    });
    Ok(futures::future::try_join_all(connections).await?.into_iter().sum())
}

/// A request without a body, and a text that its answer must hold.
pub type Get = (Vec<u8>, String);

/// Gets one thing after the other, around and around.
#[derive(Debug)]
pub struct Gets {
    conn: Conn,
    requests: Arc<[Get]>,
    at: usize,
}

impl Gets {
    pub async fn many(address: &str, connections: usize, requests: &[Get]) -> Result<Vec<Self>> {
        let requests: Arc<[Get]> = requests.into();
        let mut workers = Vec::with_capacity(connections);
        for n in 0..connections {
            workers.push(Self { conn: Conn::open(address).await?, requests: requests.clone(), at: n * 97 });
        }
        Ok(workers)
    }

    /// What the sink says.
    pub fn hello() -> [Get; 1] {
        [(wire::get("/hello", ""), "Hello".to_owned())]
    }
}

impl Worker for Gets {
    async fn once(&mut self) -> Result<u64> {
        self.at += 1;
        let (request, wanted) = &self.requests[self.at % self.requests.len()];
        let reply = self.conn.exchange(request).await?;
        let right = reply.body.windows(wanted.len()).any(|window| window == wanted.as_bytes());
        ensure!(reply.status == 200 && right, "{} {}", reply.status, shown(&reply.body));
        Ok(1)
    }
}

/// Walks a list page by page by its cursor, over and over.
#[derive(Debug)]
pub struct Pages {
    conn: Conn,
    path: String,
    key: String,
    cursor: Option<String>,
}

impl Pages {
    pub async fn many(address: &str, connections: usize, path: &str, key: &str) -> Result<Vec<Self>> {
        let mut workers = Vec::with_capacity(connections);
        for _ in 0..connections {
            workers.push(Self { conn: Conn::open(address).await?, path: path.to_owned(), key: key.to_owned(), cursor: None });
        }
        Ok(workers)
    }
}

impl Worker for Pages {
    async fn once(&mut self) -> Result<u64> {
        let cursor = self.cursor.as_ref().map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
        let reply = self.conn.exchange(&wire::get(&format!("{}{cursor}", self.path), &self.key)).await?;
        ensure!(reply.status == 200, "{} {}", reply.status, shown(&reply.body));
        // the last member of the answer
        let tail = String::from_utf8_lossy(&reply.body[reply.body.len().saturating_sub(400)..]).into_owned();
        let found = tail
            .rsplit_once("\"next_cursor\":")
            .and_then(|(_, rest)| rest.trim_start().strip_prefix('"')?.split('"').next().map(str::to_owned));
        self.cursor = found;
        Ok(1)
    }
}
