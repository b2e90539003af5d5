//! A small client of our own API: what an integrator would write.

use std::time::Duration;

use anyhow::Context;
use reqwest::{Client, Method};
use serde_json::Value;

/// The API with a key.
#[derive(Clone)]
pub struct Api {
    client: Client,
    base: String,
    pub key: String,
}

impl Api {
    #[expect(clippy::disallowed_methods, reason = "the demo speaks to its own server on loopback")]
    pub fn new(base: &str, key: &str) -> anyhow::Result<Self> {
        let client = Client::builder().no_proxy().timeout(Duration::from_secs(60)).build()?;
        Ok(Self { client, base: base.to_owned(), key: key.to_owned() })
    }

    async fn call(&self, method: Method, path: &str, media_type: &str, body: Option<Vec<u8>>) -> anyhow::Result<Value> {
        let mut request = self.client.request(method.clone(), format!("{}{path}", self.base)).bearer_auth(&self.key);
        if let Some(body) = body {
            request = request.header("content-type", media_type).body(body);
        }
        let response = request.send().await?;
        let (status, text) = (response.status(), response.text().await?);
        anyhow::ensure!(status.is_success(), "{method} {path}: {status} {text}");
        serde_json::from_str(&text).with_context(|| format!("{method} {path} answers no JSON"))
    }

    async fn json(&self, method: Method, path: &str, body: Value) -> anyhow::Result<Value> {
        self.call(method, path, "application/json", Some(body.to_string().into_bytes())).await
    }

    pub async fn get(&self, path: &str) -> anyhow::Result<Value> {
        self.call(Method::GET, path, "", None).await
    }

    /// Bytes as they are.
    pub async fn bytes(&self, path: &str) -> anyhow::Result<Vec<u8>> {
        let response = self.client.get(format!("{}{path}", self.base)).bearer_auth(&self.key).send().await?.error_for_status()?;
        Ok(response.bytes().await?.to_vec())
    }

    pub async fn put(&self, path: &str, body: Value) -> anyhow::Result<Value> {
        self.json(Method::PUT, path, body).await
    }

    pub async fn post(&self, path: &str, body: Value) -> anyhow::Result<Value> {
        self.json(Method::POST, path, body).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> anyhow::Result<Value> {
        self.json(Method::PATCH, path, body).await
    }

    /// One document, with its bytes as they are.
    pub async fn document(&self, bytes: Vec<u8>) -> anyhow::Result<Value> {
        self.call(Method::POST, "/v1/ingest/documents?source=demo", "application/xml", Some(bytes)).await
    }

    /// The first page of a list, up to 200.
    pub async fn list(&self, path: &str) -> anyhow::Result<Vec<Value>> {
        let joint = if path.contains('?') { '&' } else { '?' };
        let page = self.get(&format!("{path}{joint}limit=200")).await?;
        Ok(page.get("data").and_then(Value::as_array).cloned().unwrap_or_default())
    }

    /// Moves the clock and waits until nothing due is left.
    pub async fn advance(&self, to: &str) -> anyhow::Result<()> {
        self.post("/v1/test_clock/advance", serde_json::json!({"to": to})).await?;
        self.rest().await
    }

    /// Waits until nothing due is left.
    pub async fn rest(&self) -> anyhow::Result<()> {
        loop {
            let clock = self.get("/v1/test_clock").await?;
            if clock.get("status").and_then(Value::as_str) == Some("ready") {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

/// A member of an answer as text; empty when it is not there.
pub fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}
