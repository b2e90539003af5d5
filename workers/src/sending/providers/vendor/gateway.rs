//! A gateway that the channel's settings describe: `docs/gateways.md`. What holds for every provider holds for it too:
//! a 5xx, a broken connection or no answer is never followed by a second message.

use chrono::{DateTime, TimeDelta, Utc};
use relance_domain::{
    delivery::retry_after,
    records::MessageContent,
    sending::{
        Found, Handed, Scope, can_be_asked,
        gateway::{Codes, Gateway, Verdict},
        without_addresses,
    },
};
use relance_letters::gateway::{Facts, SAMPLE, Written, look_up_url, write};
use reqwest::Method;
use serde_json::Value;
use uuid::Uuid;

use super::{
    Account, Asking, Fault, Outgoing, Vendor,
    answer::{Answer, by_status},
    request::Request,
};

pub(super) const VENDOR: Vendor = Vendor {
    name: "gateway",
    channel: "sms",
    request,
    taken: |account, message, answer| described(account).map_or_else(|_| answer.taken("/id"), |gateway| taken(&gateway, message, answer)),
    refused: |account, message, answer| described(account).map_or_else(|_| by_status(answer), |gateway| refused(&gateway, message, answer)),
    look_up: Some(Asking {
        set_up: |account| can_be_asked(VENDOR.name, account.own()),
        request: asked,
        found: |account, message, body| {
            let look_up = described(account).ok().and_then(|gateway| gateway.look_up);
            look_up.map_or(Found::Unclear, |look_up| look_up.found(message.reference, body))
        },
    }),
};

fn described(account: &Account) -> Result<Gateway, Fault> {
    account.own().and_then(Gateway::read).ok_or_else(|| Fault(Scope::Account, "the description of the gateway does not read".to_owned()))
}

fn facts<'a>(message: &Outgoing<'a>) -> Facts<'a> {
    let content = message.content;
    let header = |name: &str| content.headers.get(name).map(String::as_str);
    Facts {
        to: content.to.as_deref().unwrap_or_default(),
        from: content.from.as_deref(),
        text: &content.text,
        reference: message.reference,
        encoding: header("encoding").unwrap_or("gsm7"),
        parts: header("parts").and_then(|text| text.parse().ok()).unwrap_or(1),
        callback_url: message.callback,
        tenant: message.tenant,
    }
}

fn request(account: &Account, message: &Outgoing) -> Result<Request, Fault> {
    let gateway = described(account)?;
    let written = write(&gateway, &facts(message)).map_err(|faults| {
        let first = faults.first().map(|fault| format!("{}: {}", fault.pointer, fault.detail)).unwrap_or_default();
        Fault(Scope::Message, first)
    })?;
    let method = match gateway.method() {
        "PUT" => Method::PUT,
        "GET" => Method::GET,
        _ => Method::POST,
    };
    let mut request = by_media_type(&gateway, &written)?;
    request.method = method;
    for header in &written.headers {
        request = request.header(&header.name, &header.value)?;
    }
    signed_in(request, &gateway)
}

fn by_media_type(gateway: &Gateway, written: &Written) -> Result<Request, Fault> {
    let pairs: Vec<(&str, &str)> = written.fields.iter().map(|field| (field.name.as_str(), field.value.as_str())).collect();
    match gateway.media_type.as_str() {
        "form" => Request::form(&gateway.url, "", &pairs),
        "query" => Ok(pairs.into_iter().fold(Request::get(&gateway.url, "")?, |request, (name, value)| request.query(name, value))),
        _ => Request::json(&gateway.url, "", written.body.as_ref().unwrap_or(&Value::Null)),
    }
}

fn signed_in(request: Request, gateway: &Gateway) -> Result<Request, Fault> {
    let Some(auth) = &gateway.auth else { return Ok(request) };
    let missing = || Fault(Scope::Account, format!("the secret {} is missing", auth.secret));
    let secret = gateway.secrets.get(&auth.secret).ok_or_else(missing)?;
    match auth.scheme.as_str() {
        "basic" => request.basic(auth.username.as_deref().unwrap_or_default(), secret),
        _ => request.bearer(secret),
    }
}

/// The same headers as for a message: they say who we are.
fn asked(account: &Account, message: &Outgoing) -> Result<Request, Fault> {
    let gateway = described(account)?;
    let look_up = gateway.look_up.as_ref().ok_or_else(|| Fault(Scope::Account, "it cannot be asked".to_owned()))?;
    let facts = facts(message);
    let url = look_up_url(look_up, &facts).map_err(|detail| Fault(Scope::Message, detail))?;
    let headers = Gateway { body: None, fields: Vec::new(), ..gateway.clone() };
    let written = write(&headers, &facts).map_err(|_| Fault(Scope::Message, "its headers cannot be written".to_owned()))?;
    let mut request = Request::get(&url, "")?;
    for header in &written.headers {
        request = request.header(&header.name, &header.value)?;
    }
    signed_in(request, &gateway)
}

/// Asks for a message that there is none of.
pub(super) fn probe(account: &Account, now: DateTime<Utc>) -> Result<Request, Fault> {
    let content = MessageContent { to: Some(SAMPLE.to.to_owned()), ..MessageContent::default() };
    asked(account, &Outgoing { reference: "rl_check", tenant: "", key: Uuid::nil(), content: &content, callback: None, now })
}

/// A 2xx: taken, unless its status says otherwise. One that does not read was taken.
fn taken(gateway: &Gateway, message: &Outgoing, answer: &Answer) -> Handed {
    let reading = &gateway.answer;
    let accepted = || Handed::accepted(reading.id.as_deref().and_then(|pointer| answer.id(pointer)));
    let Some(status) = &reading.status else { return accepted() };
    match said(gateway, status, message, answer) {
        Some(handed) => handed,
        None if status.is_stranger(&answer.body) => refusal(gateway, Scope::Message, answer),
        None => accepted(),
    }
}

/// A 4xx: what its code says, else what its status does.
fn refused(gateway: &Gateway, message: &Outgoing, answer: &Answer) -> Handed {
    let by_code = gateway.answer.error.as_ref().and_then(|error| said(gateway, error, message, answer));
    by_code.unwrap_or_else(|| match by_status(answer) {
        Handed::Refused { scope, .. } => refusal(gateway, scope, answer),
        Handed::Unknown { .. } => Handed::unknown(&gateway.without_secrets(&reason(gateway, answer))),
        other => other,
    })
}

fn said(gateway: &Gateway, codes: &Codes, message: &Outgoing, answer: &Answer) -> Option<Handed> {
    Some(match codes.verdict(&answer.body)? {
        Verdict::Taken => Handed::accepted(gateway.answer.id.as_deref().and_then(|pointer| answer.id(pointer))),
        Verdict::Refused(scope) => refusal(gateway, scope, answer),
        Verdict::Throttled => {
            let retry_after = pause(gateway, answer, message.now).or_else(|| answer.pause(message.now));
            Handed::Throttled { retry_after, detail: without_addresses(&gateway.without_secrets(&reason(gateway, answer))) }
        }
    })
}

fn refusal(gateway: &Gateway, scope: Scope, answer: &Answer) -> Handed {
    Handed::refused(scope, &gateway.without_secrets(&reason(gateway, answer)))
}

/// What was said, for a person: the place of the reason, else the code, else the places where others say it.
fn reason(gateway: &Gateway, answer: &Answer) -> String {
    let reading = &gateway.answer;
    let codes = reading.error.iter().chain(&reading.status).map(|codes| codes.pointer.as_str());
    let told = reading.reason.as_deref().into_iter().chain(codes).find_map(|pointer| answer.id(pointer));
    told.map_or_else(|| answer.said(), |told| format!("status {}: {told}", answer.status))
}

/// How long the gateway of an account says to wait, where its settings name a place for it.
pub(super) fn stated_pause(account: &Account, answer: &Answer, now: DateTime<Utc>) -> Option<TimeDelta> {
    if account.provider != VENDOR.name {
        return None;
    }
    pause(&described(account).ok()?, answer, now)
}

fn pause(gateway: &Gateway, answer: &Answer, now: DateTime<Utc>) -> Option<TimeDelta> {
    let reading = &gateway.answer;
    let in_body = reading.retry_after.as_deref().and_then(|pointer| answer.id(pointer));
    let stated = in_body.or_else(|| reading.retry_after_header.as_deref().and_then(|name| answer.header(name)).map(str::to_owned));
    TimeDelta::from_std(retry_after(&stated?, now)?).ok()
}

/// `text` without the secrets of a described gateway, which may repeat what it was shown.
pub(super) fn quiet(account: &Account, text: &str) -> String {
    match described(account) {
        Ok(gateway) if account.provider == VENDOR.name => gateway.without_secrets(text),
        _ => text.to_owned(),
    }
}
