//! Postmark. It keeps our Message-ID when it is asked to.

use relance_domain::sending::{Found, Handed, Scope};
use relance_letters::LOGO_CID;
use serde_json::{Value, json};

use super::{
    Account, Asking, Fault, Outgoing, Vendor,
    answer::{Answer, by_status, text},
    mail,
    request::Request,
};

const BASE: &str = "https://api.postmarkapp.com";

pub(super) const VENDOR: Vendor = Vendor {
    name: "postmark",
    channel: "email",
    request,
    taken: |_, _, answer| match answer.number("/ErrorCode") {
        Some(code) if code != 0 => refused(answer),
        _ => answer.taken("/MessageID"),
    },
    refused: |_, _, answer| refused(answer),
    look_up: Some(Asking { set_up: |_| true, request: asked, found }),
};

/// Asks for `path`.
pub(super) fn get(account: &Account, path: &str) -> Result<Request, Fault> {
    signed(Request::get(&account.base(BASE), path)?, account)
}

fn request(account: &Account, message: &Outgoing) -> Result<Request, Fault> {
    let content = message.content;
    let (from, to) = (mail::sender(content)?, mail::recipient(content)?);
    let address = |person: &mail::Person| match person.name {
        Some(name) => format!("\"{}\" <{}>", name.replace(['"', '\\'], ""), person.email),
        None => person.email.to_owned(),
    };
    let mut headers: Vec<Value> = mail::headers(content).map(|(name, value)| json!({ "Name": name, "Value": value })).collect();
    if let Some(id) = mail::header(content, "Message-ID") {
        headers.push(json!({ "Name": "Message-ID", "Value": id }));
        headers.push(json!({ "Name": "X-PM-KeepID", "Value": "true" }));
    }
    let mut body = json!({
        "From": address(&from),
        "To": address(&to),
        "Subject": mail::subject(content),
        "TextBody": content.text,
        "HtmlBody": mail::html_with_logo(content),
        "Metadata": { "ref": message.reference },
        "Headers": headers,
        "TrackOpens": false,
        "TrackLinks": "None",
        "MessageStream": account.setting("message_stream").unwrap_or("outbound"),
    });
    if !content.cc.is_empty() {
        let copies: Vec<String> = content.cc.iter().map(|copy| address(&mail::person(copy))).collect();
        body["Cc"] = copies.join(", ").into();
    }
    if let Some(reply_to) = mail::header(content, "Reply-To") {
        body["ReplyTo"] = address(&mail::person(reply_to)).into();
    }
    let files = content
        .attachments
        .iter()
        .map(|file| json!({ "Name": file.name, "ContentType": mail::bare_type(file), "Content": mail::base64(file) }));
    let logo = mail::logo(content).map(|logo| {
        json!({ "Name": mail::logo_name(logo), "ContentType": logo.logo.media_type, "Content": mail::logo_base64(logo),
            "ContentID": format!("cid:{LOGO_CID}") })
    });
    let files: Vec<Value> = files.chain(logo).collect();
    if !files.is_empty() {
        body["Attachments"] = files.into();
    }
    signed(Request::json(&account.base(BASE), "/email", &body)?, account)
}

fn signed(request: Request, account: &Account) -> Result<Request, Fault> {
    request.header("accept", "application/json")?.header("x-postmark-server-token", account.needed("server_token")?)
}

/// 406 is an address on Postmark's own list; 10 and 400 to 413 are about us; 100 says that it took nothing.
fn refused(answer: &Answer) -> Handed {
    match answer.number("/ErrorCode") {
        Some(406) => answer.refused(Scope::Recipient),
        Some(10 | 400 | 401 | 405 | 412 | 413) => answer.refused(Scope::Account),
        Some(100) => Handed::transient(&answer.said()),
        Some(_) if answer.status == 422 => answer.refused(Scope::Message),
        _ => by_status(answer),
    }
}

fn asked(account: &Account, message: &Outgoing) -> Result<Request, Fault> {
    let request = Request::get(&account.base(BASE), "/messages/outbound")?.query("count", "1").query("offset", "0");
    signed(request.query("metadata_ref", message.reference), account)
}

fn found(_: &Account, _: &Outgoing, body: &Value) -> Found {
    match body.get("Messages").and_then(Value::as_array) {
        Some(list) => match list.first() {
            Some(one) => Found::Taken { provider_id: one.get("MessageID").and_then(text) },
            None => Found::NotSeen,
        },
        None => Found::Unclear,
    }
}
