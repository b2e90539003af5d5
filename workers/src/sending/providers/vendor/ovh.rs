//! OVHcloud SMS. The signature is over the bytes that are sent. A 200 that lists our number as invalid is a
//! refusal. The outgoing list is asked by tag, which is our reference.

use chrono::{DateTime, Utc};
use relance_domain::sending::{Found, Handed, Scope};
use ring::digest;
use serde_json::{Value, json};

use super::{
    Account, Asking, Fault, Outgoing, Vendor,
    answer::{Answer, by_status, text},
    request::Request,
};

const BASE: &str = "https://eu.api.ovh.com/1.0";

pub(super) const VENDOR: Vendor = Vendor {
    name: "ovh",
    channel: "sms",
    request,
    taken: |_, _, answer| {
        let invalid = answer.body.get("invalidReceivers").and_then(Value::as_array).is_some_and(|list| !list.is_empty());
        if invalid { Handed::refused(Scope::Recipient, "the number is among the invalid receivers") } else { answer.taken("/ids/0") }
    },
    refused: |_, _, answer| refused(answer),
    look_up: Some(Asking { set_up: |_| true, request: asked, found }),
};

fn request(account: &Account, message: &Outgoing) -> Result<Request, Fault> {
    let content = message.content;
    let mut body = json!({
        "message": content.text,
        "receivers": [content.to],
        "noStopClause": true,
        "tag": message.reference,
        "charset": "UTF-8",
        "priority": "high",
    });
    match content.from.as_deref() {
        Some(from) if !from.is_empty() => body["sender"] = from.into(),
        _ => body["senderForResponse"] = true.into(),
    }
    let path = format!("/sms/{}/jobs", account.needed("service_name")?);
    signed(Request::json(&account.base(BASE), &path, &body)?, account, message.now)
}

fn asked(account: &Account, message: &Outgoing) -> Result<Request, Fault> {
    let path = format!("/sms/{}/outgoing", account.needed("service_name")?);
    signed(Request::get(&account.base(BASE), &path)?.query("tag", message.reference), account, message.now)
}

/// The SMS account with its credits.
pub(super) fn who(account: &Account, now: DateTime<Utc>) -> Result<Request, Fault> {
    signed(Request::get(&account.base(BASE), &format!("/sms/{}", account.needed("service_name")?))?, account, now)
}

/// `$1$` and the SHA-1 of secret, consumer key, method, address, body and time, joined by `+`.
fn signed(request: Request, account: &Account, now: DateTime<Utc>) -> Result<Request, Fault> {
    let (secret, consumer) = (account.needed("application_secret")?, account.needed("consumer_key")?);
    let (time, method) = (now.timestamp().to_string(), request.method.to_string());
    let body = String::from_utf8_lossy(request.body.as_deref().unwrap_or_default()).into_owned();
    let signature = signature(&[secret, consumer, &method, request.url.as_str(), &body, &time]);
    request
        .header("x-ovh-application", account.needed("application_key")?)?
        .header("x-ovh-consumer", consumer)?
        .header("x-ovh-timestamp", &time)?
        .header("x-ovh-signature", &signature)
}

fn signature(parts: &[&str]) -> String {
    let digest = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, parts.join("+").as_bytes());
    format!("$1${}", digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}

/// No credits and a sender that is not validated are about us; OVH says so in words only.
fn refused(answer: &Answer) -> Handed {
    let said = answer.said().to_lowercase();
    if answer.status == 402 || ["credit", "sender", "not enough", "consumer", "signature"].iter().any(|word| said.contains(word)) {
        return answer.refused(Scope::Account);
    }
    if ["receiver", "number", "phone"].iter().any(|word| said.contains(word)) {
        return answer.refused(Scope::Recipient);
    }
    by_status(answer)
}

fn found(_: &Account, _: &Outgoing, body: &Value) -> Found {
    match body.as_array() {
        Some(ids) => ids.first().map_or(Found::NotSeen, |id| Found::Taken { provider_id: text(id) }),
        None => Found::Unclear,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reckoned by `sha1sum` over the joined text.
    #[test]
    fn the_signature_is_the_digest_of_what_is_sent() {
        let parts = ["secret", "consumer", "GET", "https://eu.api.ovh.com/1.0/me", "", "1366560945"];
        assert_eq!(parts.join("+"), "secret+consumer+GET+https://eu.api.ovh.com/1.0/me++1366560945");
        assert_eq!(signature(&parts), "$1$6034a744d2c29709d3bb35232f73e16cc77f7246");
    }
}
