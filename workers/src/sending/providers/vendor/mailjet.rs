//! Mailjet, Send API v3.1. Each message of a call is judged alone, also inside a 200; the id that receipts
//! bear is `MessageID`, which is larger than a float can hold.

use relance_domain::sending::{Found, Handed, Scope};
use relance_letters::LOGO_CID;
use serde_json::{Map, Value, json};

use super::{
    Account, Asking, Fault, Outgoing, Vendor,
    answer::{Answer, by_status, text},
    mail,
    request::Request,
};

const BASE: &str = "https://api.mailjet.com";

pub(super) const VENDOR: Vendor = Vendor {
    name: "mailjet",
    channel: "email",
    request,
    taken: |_, _, answer| match answer.id("/Messages/0/Status").as_deref() {
        Some("error") => refused(answer),
        _ => answer.taken("/Messages/0/To/0/MessageID"),
    },
    refused: |_, _, answer| refused(answer),
    look_up: Some(Asking { set_up: |_| true, request: asked, found }),
};

/// Asks for `path`.
pub(super) fn get(account: &Account, path: &str) -> Result<Request, Fault> {
    Request::get(&account.base(BASE), path)?.basic(account.needed("api_key")?, account.needed("secret_key")?)
}

fn request(account: &Account, message: &Outgoing) -> Result<Request, Fault> {
    let content = message.content;
    let (from, to) = (mail::sender(content)?, mail::recipient(content)?);
    let address = |person: &mail::Person| match person.name {
        Some(name) => json!({ "Email": person.email, "Name": name }),
        None => json!({ "Email": person.email }),
    };
    let headers: Map<String, Value> = mail::headers(content).map(|(name, value)| (name.to_owned(), value.into())).collect();
    let mut one = json!({
        "From": address(&from),
        "To": [address(&to)],
        "Subject": mail::subject(content),
        "TextPart": content.text,
        "HTMLPart": mail::html_with_logo(content),
        "CustomID": message.reference,
        "Headers": headers,
        "TrackOpens": "disabled",
        "TrackClicks": "disabled",
    });
    if !content.cc.is_empty() {
        one["Cc"] = content.cc.iter().map(|copy| address(&mail::person(copy))).collect();
    }
    if let Some(reply_to) = mail::header(content, "Reply-To") {
        one["ReplyTo"] = address(&mail::person(reply_to));
    }
    if !content.attachments.is_empty() {
        let files = content
            .attachments
            .iter()
            .map(|file| json!({ "ContentType": mail::bare_type(file), "Filename": file.name, "Base64Content": mail::base64(file) }));
        one["Attachments"] = files.collect();
    }
    if let Some(logo) = mail::logo(content) {
        one["InlinedAttachments"] = json!([{ "ContentType": logo.logo.media_type, "Filename": mail::logo_name(logo),
            "ContentID": LOGO_CID, "Base64Content": mail::logo_base64(logo) }]);
    }
    let body = json!({ "Messages": [one] });
    Request::json(&account.base(BASE), "/v3.1/send", &body)?.basic(account.needed("api_key")?, account.needed("secret_key")?)
}

/// `mj-0015` and `mj-0021` (key, sending forbidden) are about us, as is any 401.
fn refused(answer: &Answer) -> Handed {
    let code = answer.id("/Messages/0/Errors/0/ErrorCode").or_else(|| answer.id("/ErrorCode"));
    match code.as_deref() {
        Some("mj-0015" | "mj-0021") => answer.refused(Scope::Account),
        Some(_) if matches!(answer.status, 200..=299 | 400) => answer.refused(Scope::Message),
        _ => by_status(answer),
    }
}

fn asked(account: &Account, message: &Outgoing) -> Result<Request, Fault> {
    Request::get(&account.base(BASE), "/v3/REST/message")?
        .query("CustomID", message.reference)
        .basic(account.needed("api_key")?, account.needed("secret_key")?)
}

fn found(_: &Account, _: &Outgoing, body: &Value) -> Found {
    match body.get("Data").and_then(Value::as_array) {
        Some(list) => match list.first() {
            Some(one) => Found::Taken { provider_id: one.get("ID").and_then(text) },
            None => Found::NotSeen,
        },
        None => Found::Unclear,
    }
}
