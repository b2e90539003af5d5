//! Any gateway that takes JSON over HTTP, signed as our webhooks are: `docs/channels.md`.

use chrono::{DateTime, Utc};
use relance_domain::{
    records::MessageContent,
    sending::{Found, Handed, Scope, can_be_asked},
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    Account, Asking, Fault, Outgoing, Vendor,
    answer::{Answer, by_status, text},
    request::Request,
};
use crate::webhooks::sign;

pub(super) const VENDOR: Vendor = Vendor {
    name: "http",
    channel: "sms",
    request,
    taken: |_, _, answer| answer.taken("/id"),
    refused: |_, _, answer| refused(answer),
    look_up: Some(Asking { set_up: |account| can_be_asked("http", account.own()), request: asked, found }),
};

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
    signed(request, account, message)
}

/// The same address with our reference behind it, signed over no body.
fn asked(account: &Account, message: &Outgoing) -> Result<Request, Fault> {
    let request = Request::get(account.needed("url")?, "")?
        .query("reference", message.reference)
        .header("webhook-id", message.reference)?
        .header("webhook-timestamp", &message.now.timestamp().to_string())?;
    signed(request, account, message)
}

/// Asks for a message that there is none of.
pub(super) fn probe(account: &Account, now: DateTime<Utc>) -> Result<Request, Fault> {
    let content = MessageContent::default();
    asked(account, &Outgoing { reference: "rl_check", tenant: "", key: Uuid::nil(), content: &content, callback: None, now })
}

fn signed(request: Request, account: &Account, message: &Outgoing) -> Result<Request, Fault> {
    let Some(secret) = account.setting("secret") else { return Ok(request) };
    let body = request.body.as_deref().unwrap_or_default();
    let signature = sign(&[secret.to_owned()], message.reference, message.now.timestamp(), body);
    if signature.is_empty() {
        return Err(Fault(Scope::Account, "the secret of the gateway does not read".to_owned()));
    }
    request.header("webhook-signature", &signature)
}

/// `{"error":{"scope":"recipient"}}` or `{"scope":…}`; else by the status. `"retryable": true` says that it was not taken, and
/// may be later.
fn refused(answer: &Answer) -> Handed {
    if answer.body.pointer("/error/retryable") == Some(&Value::Bool(true)) {
        return Handed::transient(&answer.said());
    }
    let stated = answer.body.pointer("/error/scope").or_else(|| answer.body.get("scope")).and_then(Value::as_str);
    match stated {
        Some("recipient") => answer.refused(Scope::Recipient),
        Some("account") => answer.refused(Scope::Account),
        Some(_) => answer.refused(Scope::Message),
        None => by_status(answer),
    }
}

/// `{"messages":[{"reference":…,"id":…}]}`, or the list alone: no list says nothing, one without our reference that it is not
/// there.
fn found(_: &Account, message: &Outgoing, body: &Value) -> Found {
    let Some(list) = body.get("messages").unwrap_or(body).as_array() else { return Found::Unclear };
    let ours = list.iter().find(|one| one.get("reference").and_then(Value::as_str) == Some(message.reference));
    ours.map_or(Found::NotSeen, |one| Found::Taken { provider_id: one.get("id").and_then(text) })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use reqwest::header::HeaderMap;

    use super::*;
    use crate::http::Exchange;

    #[test]
    fn a_refusal_says_whose_fault_it_is_or_that_it_may_come_again() {
        let said = |status, error: Value| {
            let body = json!({ "error": error }).to_string().into_bytes().into();
            refused(&Answer::of(&Exchange { status, body, headers: HeaderMap::new(), whole: true, duration: Duration::ZERO }))
        };
        let scope = |handed| if let Handed::Refused { scope, .. } = handed { Some(scope) } else { None };
        for (status, error, meant) in [
            (400, json!({"code": "no_mobile", "scope": "recipient"}), Scope::Recipient),
            (402, json!({"code": "no_credit", "scope": "account", "retryable": false}), Scope::Account),
            (400, json!({"code": "too_long"}), Scope::Message),
            (401, json!({"code": "key"}), Scope::Account),
        ] {
            assert_eq!(scope(said(status, error.clone())), Some(meant), "{status} {error}");
        }
        let busy = said(409, json!({"code": "busy", "scope": "message", "retryable": true}));
        assert!(matches!(busy, Handed::Transient { .. }), "{busy:?}");
    }

    #[test]
    fn only_a_list_says_that_a_message_is_not_there() {
        let account = Account::read(&VENDOR, &json!({"http": {"url": "https://sms.example/"}})).unwrap();
        let content = MessageContent::default();
        let message =
            Outgoing { reference: "rl_1", tenant: "", key: Uuid::nil(), content: &content, callback: None, now: DateTime::default() };
        let taken = Found::Taken { provider_id: Some("7".to_owned()) };
        for (body, meant) in [
            (json!({"messages": [{"reference": "rl_0", "id": "6"}, {"reference": "rl_1", "id": 7}]}), taken.clone()),
            (json!([{"reference": "rl_1", "id": "7"}]), taken),
            (json!({"messages": []}), Found::NotSeen),
            (json!([]), Found::NotSeen),
            (json!({"message": "try later"}), Found::Unclear),
            (json!("ok"), Found::Unclear),
        ] {
            assert_eq!(found(&account, &message, &body), meant, "{body}");
        }
    }
}
