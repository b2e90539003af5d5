//! Any gateway that takes JSON over HTTP, signed as our webhooks are: `docs/channels.md`.

use relance_domain::sending::{Handed, Scope};
use serde_json::{Value, json};

use super::{
    Account, Fault, Outgoing, Vendor,
    answer::{Answer, by_status},
    request::Request,
};
use crate::webhooks::sign;

pub(super) const VENDOR: Vendor =
    Vendor { name: "http", channel: "sms", request, taken: |_, answer| answer.taken("/id"), refused, look_up: None };

fn request(account: &Account, message: &Outgoing) -> Result<Request, Fault> {
    let content = message.content;
    let parts = content.headers.get("parts").and_then(|text| text.parse::<u8>().ok());
    let mut body = json!({
        "id": message.reference,
        "reference": message.reference,
        "channel": "sms",
        "to": content.to,
        "from": content.from,
        "text": content.text,
        "encoding": content.headers.get("encoding"),
        "parts": parts,
        "tenant": message.tenant,
    });
    if let Some(callback) = message.callback {
        body["callback_url"] = callback.into();
    }
    let timestamp = message.now.timestamp();
    let request = Request::json(account.needed("url")?, "", &body)?
        .header("idempotency-key", message.reference)?
        .header("webhook-id", message.reference)?
        .header("webhook-timestamp", &timestamp.to_string())?;
    let Some(secret) = account.setting("secret") else { return Ok(request) };
    let signature = sign(&[secret.to_owned()], message.reference, timestamp, request.body.as_deref().unwrap_or_default());
    if signature.is_empty() {
        return Err(Fault(Scope::Account, "the secret of the gateway does not read".to_owned()));
    }
    request.header("webhook-signature", &signature)
}

/// `{"error":{"scope":"recipient"}}` or `{"scope":…}`; else by the status.
fn refused(answer: &Answer) -> Handed {
    let stated = answer.body.pointer("/error/scope").or_else(|| answer.body.get("scope")).and_then(Value::as_str);
    match stated {
        Some("recipient") => answer.refused(Scope::Recipient),
        Some("account") => answer.refused(Scope::Account),
        Some(_) => answer.refused(Scope::Message),
        None => by_status(answer),
    }
}
