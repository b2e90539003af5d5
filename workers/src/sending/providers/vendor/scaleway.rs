//! Scaleway Transactional Email. No open or click tracking, no inline images, no key against repeats.

use serde_json::{Value, json};

use super::{Account, Fault, Outgoing, Vendor, answer::by_status, mail, request::Request};

const BASE: &str = "https://api.scaleway.com";

pub(super) const VENDOR: Vendor = Vendor {
    name: "scaleway",
    channel: "email",
    request,
    taken: |_, _, answer| answer.taken("/emails/0/id"),
    refused: |_, _, answer| by_status(answer),
    look_up: None,
};

fn request(account: &Account, message: &Outgoing) -> Result<Request, Fault> {
    let content = message.content;
    let (from, to) = (mail::sender(content)?, mail::recipient(content)?);
    let address = |person: &mail::Person| json!({ "email": person.email, "name": person.name });
    let mut headers: Vec<Value> = mail::headers(content).map(|(name, value)| json!({ "key": name, "value": value })).collect();
    for (name, value) in [("Message-ID", mail::header(content, "Message-ID")), ("Reply-To", mail::header(content, "Reply-To"))] {
        headers.extend(value.filter(|value| value.is_ascii()).map(|value| json!({ "key": name, "value": value })));
    }
    headers.push(json!({ "key": "X-Relance-Ref", "value": message.reference }));
    let mut body = json!({
        "from": address(&from),
        "to": [address(&to)],
        "subject": mail::subject(content),
        "text": content.text,
        "html": mail::html(content),
        "project_id": account.needed("project_id")?,
        "additional_headers": headers,
    });
    if !content.cc.is_empty() {
        body["cc"] = content.cc.iter().map(|copy| address(&mail::person(copy))).collect();
    }
    if !content.attachments.is_empty() {
        let files = content
            .attachments
            .iter()
            .map(|file| json!({ "name": file.name, "type": mail::bare_type(file), "content": mail::base64(file) }));
        body["attachments"] = files.collect();
    }
    Request::json(&account.base(BASE), &path(account), &body)?.header("x-auth-token", account.needed("secret_key")?)
}

fn path(account: &Account) -> String {
    format!("/transactional-email/v1alpha1/regions/{}/emails", account.setting("region").unwrap_or("fr-par"))
}

/// The newest mail of the project.
pub(super) fn list(account: &Account) -> Result<Request, Fault> {
    let request = Request::get(&account.base(BASE), &path(account))?.query("page_size", "1");
    request.query("project_id", account.needed("project_id")?).header("x-auth-token", account.needed("secret_key")?)
}
