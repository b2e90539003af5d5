//! SendGrid, v3. A 202 with an empty body; receipts bear our reference.

use relance_domain::sending::{Handed, Scope};
use relance_letters::LOGO_CID;
use serde_json::{Map, Value, json};

use super::{Account, Fault, Outgoing, Vendor, answer::by_status, mail, request::Request};

pub(super) const VENDOR: Vendor = Vendor {
    name: "sendgrid",
    channel: "email",
    request,
    taken: |_, _, answer| Handed::accepted(answer.header("x-message-id").map(str::to_owned)),
    refused: |_, _, answer| match answer.status {
        401 | 403 => answer.refused(Scope::Account),
        400 | 413 => answer.refused(Scope::Message),
        _ => by_status(answer),
    },
    look_up: None,
};

fn request(account: &Account, message: &Outgoing) -> Result<Request, Fault> {
    let content = message.content;
    let (from, to) = (mail::sender(content)?, mail::recipient(content)?);
    let address = |person: &mail::Person| match person.name {
        Some(name) => json!({ "email": person.email, "name": name }),
        None => json!({ "email": person.email }),
    };
    let mut who = json!({ "to": [address(&to)], "custom_args": { "ref": message.reference } });
    if !content.cc.is_empty() {
        who["cc"] = content.cc.iter().map(|copy| address(&mail::person(copy))).collect();
    }
    let headers: Map<String, Value> = mail::headers(content).map(|(name, value)| (name.to_owned(), value.into())).collect();
    let mut body = json!({
        "personalizations": [who],
        "from": address(&from),
        "subject": mail::subject(content),
        // the plain one first, else it is refused
        "content": [{ "type": "text/plain", "value": content.text }, { "type": "text/html", "value": mail::html_with_logo(content) }],
        "tracking_settings": { "click_tracking": { "enable": false }, "open_tracking": { "enable": false } },
    });
    if !headers.is_empty() {
        body["headers"] = headers.into();
    }
    if let Some(reply_to) = mail::header(content, "Reply-To") {
        body["reply_to"] = address(&mail::person(reply_to));
    }
    let files = content.attachments.iter().map(
        |file| json!({ "content": mail::base64(file), "type": mail::bare_type(file), "filename": file.name, "disposition": "attachment" }),
    );
    let logo = mail::logo(content).map(|logo| {
        json!({ "content": mail::logo_base64(logo), "type": logo.logo.media_type, "filename": mail::logo_name(logo),
            "disposition": "inline", "content_id": LOGO_CID })
    });
    let files: Vec<Value> = files.chain(logo).collect();
    if !files.is_empty() {
        body["attachments"] = files.into();
    }
    Request::json(&account.base("https://api.sendgrid.com"), "/v3/mail/send", &body)?.bearer(account.needed("api_key")?)
}
