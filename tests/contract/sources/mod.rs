//! Webhooks of other programs: who may deliver, what is kept, what becomes of it.

mod doors;
mod kept;
pub mod stripe;
mod vendors;

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::support::{
    World,
    world::{Answer, until},
};

/// The secret of sources in these stories.
const SECRET: &str = "whsec_wRNftLajMZNeslQOP6vEPm4iVx5NlZ6z";

fn mac(secret: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Unix seconds, real time: signatures are made now.
#[expect(clippy::disallowed_methods, reason = "who signs looks at a clock of his own")]
fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(since.as_secs()).unwrap()
}

/// `t=…,v1=…`.
fn timed(secret: &str, at: i64, body: &[u8]) -> String {
    format!("t={at},v1={}", hex(&mac(secret.as_bytes(), &[format!("{at}.").as_bytes(), body])))
}

/// The headers that a kind signs with.
fn signed(kind: &str, secret: &str, body: &[u8]) -> Vec<(&'static str, String)> {
    let plain = || mac(secret.as_bytes(), &[body]);
    match kind {
        "stripe" => vec![("stripe-signature", timed(secret, now(), body))],
        "qonto" => vec![("x-qonto-signature", timed(secret, now(), body))],
        "lago" => vec![("x-lago-signature", STANDARD.encode(plain())), ("x-lago-signature-algorithm", "hmac".to_owned())],
        "shopify" => vec![("x-shopify-hmac-sha256", STANDARD.encode(plain())), ("x-shopify-topic", "orders/updated".to_owned())],
        "xero" => vec![("x-xero-signature", STANDARD.encode(plain()))],
        "quickbooks" => vec![("intuit-signature", STANDARD.encode(plain()))],
        "gocardless" => vec![("webhook-signature", hex(&plain()))],
        "hmac" => vec![("x-signature", format!("sha256={}", hex(&plain())))],
        "chargebee" => vec![("authorization", format!("Basic {}", STANDARD.encode(secret)))],
        "standard_webhooks" => {
            let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
            let (id, at) = (format!("msg_{}", hex(&plain()[..8])), now().to_string());
            let signature = STANDARD.encode(mac(&key, &[id.as_bytes(), b".", at.as_bytes(), b".", body]));
            vec![("webhook-id", id), ("webhook-timestamp", at), ("webhook-signature", format!("v1,{signature}"))]
        }
        _ => Vec::new(),
    }
}

/// A source as it was made.
struct Source {
    kind: &'static str,
    id: String,
    url: String,
    secret: String,
}

impl Source {
    /// Makes a source whose name is its kind.
    async fn make(world: &World, kind: &'static str) -> Self {
        Self::with(world, kind, json!({})).await
    }

    async fn with(world: &World, kind: &'static str, more: Value) -> Self {
        let mut body = json!({"name": kind, "kind": kind, "customer_kind": "business"});
        match kind {
            "standard_webhooks" | "plain" => {}
            "chargebee" => body["basic"] = json!({"username": "relance", "password": "hunter2-hunter2"}),
            _ => body["secret"] = SECRET.into(),
        }
        if kind == "hmac" {
            body["hmac"] = json!({"header": "X-Signature", "encoding": "hex", "prefix": "sha256="});
        }
        crate::support::world::merge(&mut body, more);
        let made = world.post("/v1/sources", body).await.expect(201);
        let secret = match (made["secret"].as_str(), kind) {
            (Some(text), _) => text.to_owned(),
            (None, "chargebee") => "relance:hunter2-hunter2".to_owned(),
            (None, _) => SECRET.to_owned(),
        };
        let mut url = made["webhook_url"].as_str().unwrap().to_owned();
        if kind == "plain" {
            url = format!("{url}?token={secret}");
        }
        Self { kind, id: made["id"].as_str().unwrap().to_owned(), url, secret }
    }

    /// Delivers a body, well signed.
    async fn deliver(&self, world: &World, body: &Value) -> Answer {
        self.deliver_bytes(world, body.to_string().as_bytes()).await
    }

    async fn deliver_bytes(&self, world: &World, body: &[u8]) -> Answer {
        world.deliver(&self.url, body, &signed(self.kind, &self.secret, body)).await
    }

    /// Delivers, and what became of it.
    async fn told(&self, world: &World, body: &Value) -> Value {
        let before = world.list("/v1/ingest/inbox").await.len();
        assert!(self.deliver(world, body).await.status.is_success());
        let all = settled(world).await;
        assert_eq!(all.len(), before + 1, "{all:#?}");
        all[0].clone()
    }
}

/// Every delivery, newest first, once all are settled.
async fn settled(world: &World) -> Vec<Value> {
    until("the inbox to be worked", async || {
        let all = world.list("/v1/ingest/inbox").await;
        all.iter().all(|row| row["status"] != "received").then_some(all)
    })
    .await
}

/// `status: reason`.
fn fate(row: &Value) -> String {
    match row["reason"].as_str() {
        Some(reason) => format!("{}: {reason}", row["status"].as_str().unwrap()),
        None => row["status"].as_str().unwrap().to_owned(),
    }
}
