//! Twilio. No key against repeats, and it can be asked by recipient and time only: receipts tell.

use relance_domain::sending::{Handed, Scope};

use super::{
    Account, Fault, Outgoing, Vendor,
    answer::{Answer, by_status},
    request::Request,
};

pub(super) const VENDOR: Vendor = Vendor {
    name: "twilio",
    channel: "sms",
    request,
    taken: |_, _, answer| answer.taken("/sid"),
    refused: |_, _, answer| refused(answer),
    look_up: None,
};

fn request(account: &Account, message: &Outgoing) -> Result<Request, Fault> {
    let content = message.content;
    let from = content.from.as_deref().unwrap_or_default();
    let is_service = from.len() == 34 && from.starts_with("MG");
    let callback = message.callback.map(|callback| format!("{callback}?ref={}", message.reference));
    let mut fields = vec![
        ("To", content.to.as_deref().unwrap_or_default()),
        (if is_service { "MessagingServiceSid" } else { "From" }, from),
        ("Body", content.text.as_str()),
    ];
    fields.extend(callback.as_deref().map(|callback| ("StatusCallback", callback)));
    let sid = account.needed("account_sid")?;
    let path = format!("/2010-04-01/Accounts/{sid}/Messages.json");
    Request::form(&account.base("https://api.twilio.com"), &path, &fields)?.basic(sid, account.needed("auth_token")?)
}

/// By Twilio's own code.
fn refused(answer: &Answer) -> Handed {
    match answer.number("/code") {
        Some(21211 | 21214 | 21610 | 21614) => answer.refused(Scope::Recipient),
        Some(20003 | 21408 | 21606 | 21612 | 21659 | 21660) => answer.refused(Scope::Account),
        Some(21602 | 21617) => answer.refused(Scope::Message),
        Some(20429) => Handed::Throttled { retry_after: None, detail: answer.said() },
        _ => by_status(answer),
    }
}
