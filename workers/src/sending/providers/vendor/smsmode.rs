//! smsmode, REST v1.

use serde_json::json;

use super::{Account, Fault, Outgoing, Vendor, answer::by_status, request::Request};

pub(super) const VENDOR: Vendor = Vendor {
    name: "smsmode",
    channel: "sms",
    request,
    taken: |_, _, answer| answer.taken("/messageId"),
    refused: |_, _, answer| by_status(answer),
    look_up: None,
};

fn request(account: &Account, message: &Outgoing) -> Result<Request, Fault> {
    let content = message.content;
    let mut body = json!({
        "recipient": { "to": content.to.as_deref().unwrap_or_default().trim_start_matches('+') },
        "body": { "text": content.text },
        "from": content.from,
        "refClient": message.reference,
    });
    if let Some(callback) = message.callback {
        body["callbackUrlStatus"] = callback.into();
    }
    Request::json(&account.base("https://rest.smsmode.com"), "/sms/v1/messages", &body)?.header("x-api-key", account.needed("api_key")?)
}
