//! Webhooks of other programs: verified on their raw bytes, then translated into our own facts.
//!
//! Pure: what else has to be known comes in as [`Context`], named beforehand by [`names`]. No input panics; what
//! does not read is a [`Fault`], what concerns no receivable is ignored with the reason said.

mod chargebee;
pub mod gocardless;
pub mod lago;
mod object;
mod reading;
pub mod shopify;
pub mod stripe;
pub mod thin;
mod verify;

use relance_domain::connector::ConnectorKind;
use serde_json::Value;
use sha2::{Digest, Sha256};

pub use object::{Object, decimal};
pub use reading::{Context, Fault, Names, Paid, Reading, Statement};
pub use verify::{Delivery, is_standard_secret, verify};

/// Headers that say what a body is; these are kept with it.
pub const KEPT_HEADERS: &[&str] = &["x-shopify-topic"];

/// The sender's id of the delivery, else the SHA-256 of its body: the same again is the same.
pub fn dedupe_key<'h>(kind: ConnectorKind, header: impl Fn(&str) -> Option<&'h str>, body: &[u8]) -> String {
    let stated = match kind {
        ConnectorKind::Stripe | ConnectorKind::Chargebee => {
            let value: Option<Value> = serde_json::from_slice(body).ok();
            value.as_ref().and_then(|event| event.get("id")?.as_str()).map(str::to_owned)
        }
        ConnectorKind::Gocardless => {
            let value: Option<Value> = serde_json::from_slice(body).ok();
            value.as_ref().and_then(|batch| batch.get("meta")?.get("webhook_id")?.as_str()).map(str::to_owned)
        }
        ConnectorKind::StandardWebhooks => header("webhook-id").map(str::to_owned),
        ConnectorKind::Lago => header("x-lago-unique-key").map(str::to_owned),
        ConnectorKind::Shopify => header("x-shopify-event-id").or_else(|| header("x-shopify-webhook-id")).map(str::to_owned),
        _ => None,
    };
    let usable = |text: &String| (1..=200).contains(&text.len()) && !text.contains('\0');
    stated.filter(usable).unwrap_or_else(|| format!("sha256:{}", hex(&Sha256::digest(body))))
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// What has to be looked up before the body can be read.
pub fn names(kind: ConnectorKind, body: &Value) -> Names {
    match kind {
        ConnectorKind::Stripe => stripe::names(body),
        ConnectorKind::Lago => lago::names(body),
        ConnectorKind::Gocardless => gocardless::names(body),
        _ => Names::default(),
    }
}

/// Translates a body; kinds that carry our own events are read by who knows those.
///
/// # Errors
/// When it does not read as what its sender says it is.
pub fn read(kind: ConnectorKind, body: &Value, context: &Context<'_>) -> Result<Reading, Fault> {
    match kind {
        ConnectorKind::Stripe => stripe::read(body, context),
        ConnectorKind::Lago => lago::read(body, context),
        ConnectorKind::Chargebee => chargebee::read(body, context),
        ConnectorKind::Shopify => shopify::read(body, context),
        ConnectorKind::Gocardless => gocardless::read(body, context),
        ConnectorKind::Xero => thin::xero(body),
        ConnectorKind::Quickbooks => thin::quickbooks(body),
        ConnectorKind::Qonto => thin::qonto(body),
        ConnectorKind::StandardWebhooks | ConnectorKind::Hmac | ConnectorKind::Plain => Err(Fault::new("this kind carries our own events")),
    }
}
