//! Brevo: e-mail and SMS. A repeat of an e-mail within half an hour is refused as `duplicate_parameter`, which
//! proves that the first was taken; an SMS has no such key. Standard headers are not supported, so a thread
//! hangs on its subject; file names and header values are ASCII.

use relance_domain::sending::{Found, Handed, Scope};
use serde_json::{Value, json};

use super::{
    Account, Asking, Fault, Outgoing, Vendor,
    answer::{Answer, by_status, text},
    mail,
    request::Request,
};

const BASE: &str = "https://api.brevo.com/v3";

pub(super) const EMAIL: Vendor = Vendor {
    name: "brevo",
    channel: "email",
    request: email,
    taken: |_, _, answer| answer.taken("/messageId"),
    refused: |_, _, answer| match answer.id("/code").as_deref() {
        Some("duplicate_parameter" | "duplicate_request") => Handed::accepted(None),
        _ => refused(answer),
    },
    look_up: Some(Asking { set_up: |_| true, request: email_events, found: |_, _, body| found(body, "/events") }),
};

pub(super) const SMS: Vendor = Vendor {
    name: "brevo",
    channel: "sms",
    request: sms,
    taken: |_, _, answer| answer.taken("/messageId"),
    refused: |_, _, answer| refused(answer),
    look_up: Some(Asking { set_up: |_| true, request: sms_events, found: |_, _, body| found(body, "/events") }),
};

fn email(account: &Account, message: &Outgoing) -> Result<Request, Fault> {
    let content = message.content;
    let (from, to) = (mail::sender(content)?, mail::recipient(content)?);
    let address = |person: &mail::Person| match person.name {
        Some(name) => json!({ "email": person.email, "name": name.chars().take(70).collect::<String>() }),
        None => json!({ "email": person.email }),
    };
    let mut body = json!({
        "sender": address(&from),
        "to": [address(&to)],
        "subject": mail::subject(content),
        "htmlContent": mail::html(content),
        "textContent": content.text,
        "tags": [message.reference],
        "headers": { "idempotencyKey": message.key.to_string(), "X-Mailin-custom": message.reference },
    });
    if !content.cc.is_empty() {
        body["cc"] = content.cc.iter().map(|copy| address(&mail::person(copy))).collect();
    }
    if let Some(reply_to) = mail::header(content, "Reply-To") {
        body["replyTo"] = address(&mail::person(reply_to));
    }
    if !content.attachments.is_empty() {
        let files = content.attachments.iter().map(|file| json!({ "name": file.name, "content": mail::base64(file) }));
        body["attachment"] = files.collect();
    }
    Request::json(&account.base(BASE), "/smtp/email", &body)?.header("api-key", account.needed("api_key")?)
}

/// Asks for `path`.
pub(super) fn get(account: &Account, path: &str) -> Result<Request, Fault> {
    Request::get(&account.base(BASE), path)?.header("api-key", account.needed("api_key")?)
}

fn email_events(account: &Account, message: &Outgoing) -> Result<Request, Fault> {
    asked(account, "/smtp/statistics/events", message)
}

fn sms_events(account: &Account, message: &Outgoing) -> Result<Request, Fault> {
    asked(account, "/transactionalSMS/statistics/events", message)
}

fn asked(account: &Account, path: &str, message: &Outgoing) -> Result<Request, Fault> {
    let tags = json!([message.reference]).to_string();
    Request::get(&account.base(BASE), path)?.query("tags", &tags).header("api-key", account.needed("api_key")?)
}

fn sms(account: &Account, message: &Outgoing) -> Result<Request, Fault> {
    let content = message.content;
    let digits = |text: &Option<String>| text.as_deref().unwrap_or_default().trim_start_matches('+').to_owned();
    let mut body = json!({
        "sender": digits(&content.from),
        "recipient": digits(&content.to),
        "content": content.text,
        "type": "transactional",
        "tag": message.reference,
        "unicodeEnabled": content.headers.get("encoding").is_some_and(|encoding| encoding != "gsm7"),
    });
    if let Some(callback) = message.callback {
        body["webUrl"] = callback.into();
    }
    Request::json(&account.base(BASE), "/transactionalSMS/send", &body)?.header("api-key", account.needed("api_key")?)
}

/// By its code: `unauthorized`, `permission_denied`, `account_under_validation` and `not_enough_credits` are about us.
fn refused(answer: &Answer) -> Handed {
    match answer.id("/code").as_deref() {
        Some("unauthorized" | "permission_denied" | "account_under_validation" | "not_enough_credits" | "reseller_permission_denied") => {
            answer.refused(Scope::Account)
        }
        Some(_) if answer.status == 400 => answer.refused(Scope::Message),
        _ => by_status(answer),
    }
}

/// No list at all says nothing; an empty one that it is not there.
fn found(body: &Value, list: &str) -> Found {
    // both leave `events` out when there is none
    match body.pointer(list).map(Value::as_array) {
        Some(Some(events)) => match events.first() {
            Some(event) => Found::Taken { provider_id: event.get("messageId").and_then(text) },
            None => Found::NotSeen,
        },
        None if body.as_object().is_some_and(serde_json::Map::is_empty) => Found::NotSeen,
        _ => Found::Unclear,
    }
}
