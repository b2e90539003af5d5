//! What the description of an SMS gateway must be: whole, without contradiction, and tried on an example message.

use std::collections::{BTreeMap, BTreeSet};

use relance_domain::sending::gateway::{Field, Gateway, is_pointer};
use relance_letters::gateway::{Facts, Fault, SAMPLE, Written, look_up_url, write};
use relance_openapi::channel::{
    GatewayAnswer, GatewayCodes, GatewayField, GatewayInput, GatewayLookUp, GatewayReceipts, GatewayRequestView, GatewayVerify,
};
use serde_json::Value;

use crate::body::Faults;

/// Longest template.
const TEMPLATE: usize = 2_000;
/// Bytes of a described body, written out.
const BODY: usize = 20_000;
/// How deep a described body goes.
const DEPTH: usize = 16;
/// Secrets of one gateway.
const SECRETS: usize = 20;
/// Written by us, or by nobody.
const OURS: [&str; 9] =
    ["host", "content-length", "content-type", "transfer-encoding", "connection", "upgrade", "te", "trailer", "proxy-authorization"];
/// What is named so says who somebody is.
const TELLING: [&str; 7] = ["authorization", "api-key", "api_key", "apikey", "secret", "password", "token"];
/// Shown in the place of a secret.
const HIDDEN: &str = "***";

/// Another example, without an address for receipts: what is the same in both was not taken from the message.
const ANOTHER: Facts<'static> =
    Facts { to: "+33755500199", text: "Dû : 1 €", reference: "rl_3n5q8r2v6y9b4d7f", encoding: "ucs2", callback_url: None, ..SAMPLE };

/// Every fault of the description, below `/gateway`.
pub(super) fn check(input: &GatewayInput, faults: &mut Faults) {
    let before = faults.len();
    how(input, faults);
    secrets(input, faults);
    places(input, faults);
    if let Some(body) = &input.body {
        content("/gateway/body", &Value::Object(body.clone()), 0, faults);
        if serde_json::to_string(body).map_or(0, |text| text.len()) > BODY {
            faults.invalid("/gateway/body", format!("At most {BODY} bytes."));
        }
    }
    input.answer.iter().for_each(|answer| answers(answer, faults));
    input.look_up.iter().for_each(|look_up| asks(look_up, faults));
    input.receipts.iter().for_each(|receipts| tells(receipts, &input.secrets, faults));
    if faults.len() == before {
        tried(input, faults);
    }
}

fn how(input: &GatewayInput, faults: &mut Faults) {
    faults.word("/gateway/media_type", &input.media_type, &["json", "form", "query"]);
    input.method.iter().for_each(|method| faults.word("/gateway/method", method, &["POST", "PUT", "GET"]));
    if input.method.as_deref() == Some("GET") && input.media_type != "query" {
        faults.invalid("/gateway/method", "A GET has no body: its media_type is query.");
    }
    let json = input.media_type == "json";
    match (json, &input.body) {
        (true, None) => faults.invalid("/gateway/body", "This field is required."),
        (false, Some(_)) => faults.invalid("/gateway/body", "Forms and parameters are described by fields."),
        _ => {}
    }
    match (json, input.fields.is_empty()) {
        (true, false) => faults.invalid("/gateway/fields", "JSON is described by body."),
        (false, true) => faults.invalid("/gateway/fields", "This field is required."),
        _ => {}
    }
    literal("/gateway/url", &input.url, faults);
    if let Some(auth) = &input.auth {
        faults.word("/gateway/auth/scheme", &auth.scheme, &["basic", "bearer"]);
        match (auth.scheme == "basic", &auth.username) {
            (true, None) => faults.invalid("/gateway/auth/username", "This field is required."),
            (true, Some(name)) => super::check::one_line("/gateway/auth/username", name, 200, faults),
            (false, Some(_)) => faults.invalid("/gateway/auth/username", "This belongs to basic."),
            (false, None) => {}
        }
        known("/gateway/auth/secret", &auth.secret, &input.secrets, faults);
        if input.headers.iter().any(|header| header.name.eq_ignore_ascii_case("authorization")) {
            faults.invalid("/gateway/auth", "The header Authorization is described already.");
        }
    }
}

fn secrets(input: &GatewayInput, faults: &mut Faults) {
    if input.secrets.len() > SECRETS {
        faults.invalid("/gateway/secrets", format!("At most {SECRETS}."));
    }
    for (name, secret) in &input.secrets {
        let pointer = format!("/gateway/secrets/{}", crate::body::escape(name));
        let plain = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        if !plain || !name.starts_with(|first: char| first.is_ascii_lowercase()) || name.len() > 40 {
            faults.invalid(&pointer, "A secret is named by a to z, digits and _, 40 at most.");
        }
        super::check::one_line(&pointer, secret, 4_000, faults);
    }
}

/// Headers and fields: names, and templates that are short and keep secrets secret.
fn places(input: &GatewayInput, faults: &mut Faults) {
    let mut seen = BTreeSet::new();
    for (at, GatewayField { name, value }) in input.headers.iter().enumerate() {
        let pointer = format!("/gateway/headers/{at}/name");
        header(&pointer, name, faults);
        if !seen.insert(name.to_ascii_lowercase()) {
            faults.invalid(&pointer, "This header stands here twice.");
        }
        template(&format!("/gateway/headers/{at}/value"), name, value, faults);
    }
    for (at, GatewayField { name, value }) in input.fields.iter().enumerate() {
        super::check::one_line(&format!("/gateway/fields/{at}/name"), name, 100, faults);
        template(&format!("/gateway/fields/{at}/value"), name, value, faults);
    }
}

fn header(pointer: &str, name: &str, faults: &mut Faults) {
    let token = !name.is_empty() && name.len() <= 100 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    if !token {
        faults.invalid(pointer, "This is no name of a header.");
    } else if OURS.contains(&name.to_ascii_lowercase().as_str()) {
        faults.invalid(pointer, "This header is not yours to write.");
    }
}

fn template(pointer: &str, name: &str, value: &str, faults: &mut Faults) {
    if value.chars().count() > TEMPLATE {
        faults.invalid(pointer, format!("At most {TEMPLATE} characters."));
    }
    let name = name.to_ascii_lowercase();
    if TELLING.iter().any(|word| name.contains(word)) && !value.contains("secrets.") {
        faults.invalid(pointer, "This says who you are: put it under secrets, and write {{ secrets.… }} here.");
    }
}

fn content(pointer: &str, value: &Value, depth: usize, faults: &mut Faults) {
    if depth > DEPTH {
        return faults.invalid(pointer, "This goes too deep.");
    }
    match value {
        Value::String(text) => {
            let name = pointer.rsplit('/').find(|part| part.parse::<usize>().is_err()).unwrap_or_default();
            template(pointer, name, text, faults);
        }
        Value::Array(list) => list.iter().enumerate().for_each(|(at, one)| content(&format!("{pointer}/{at}"), one, depth + 1, faults)),
        Value::Object(members) => {
            members.iter().for_each(|(name, one)| content(&format!("{pointer}/{}", crate::body::escape(name)), one, depth + 1, faults));
        }
        _ => {}
    }
}

fn answers(answer: &GatewayAnswer, faults: &mut Faults) {
    let pointers = [("id", &answer.id), ("reason", &answer.reason), ("retry_after", &answer.retry_after)];
    pointers.into_iter().for_each(|(name, text)| optional_pointer(&format!("/gateway/answer/{name}"), text, faults));
    if let Some(name) = &answer.retry_after_header {
        header("/gateway/answer/retry_after_header", name, faults);
    }
    for (name, codes) in [("status", &answer.status), ("error", &answer.error)] {
        let Some(GatewayCodes { pointer, taken, recipient, message, account, throttled }) = codes else { continue };
        let place = format!("/gateway/answer/{name}");
        optional_pointer(&format!("{place}/pointer"), &Some(pointer.clone()), faults);
        let named = [("taken", taken), ("recipient", recipient), ("message", message), ("account", account), ("throttled", throttled)];
        sets(&place, &named, faults);
    }
}

fn asks(look_up: &GatewayLookUp, faults: &mut Faults) {
    let place = "/gateway/look_up";
    let pointers = [("list", &look_up.list), ("item", &look_up.item), ("reference", &look_up.reference), ("id", &look_up.id)];
    pointers.into_iter().for_each(|(name, text)| optional_pointer(&format!("{place}/{name}"), text, faults));
    if look_up.list.is_some() == look_up.item.is_some() {
        faults.invalid(place, "Either list or item says where the message stands.");
    }
    if look_up.item.as_deref() == Some("") && look_up.reference.is_none() {
        faults.invalid(format!("{place}/reference"), "An answer that is the message itself shows whose it is.");
    }
    let host = look_up.url.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
    literal(&format!("{place}/url"), &host, faults);
    if look_up.url.chars().count() > TEMPLATE {
        faults.invalid(format!("{place}/url"), format!("At most {TEMPLATE} characters."));
    }
}

fn tells(receipts: &GatewayReceipts, secrets: &BTreeMap<String, String>, faults: &mut Faults) {
    let place = "/gateway/receipts";
    faults.word(&format!("{place}/media_type"), &receipts.media_type, &["json", "form", "query"]);
    let json = receipts.media_type == "json";
    let status = Some(receipts.status.clone());
    let places = [
        ("reference", &receipts.reference),
        ("id", &receipts.id),
        ("status", &status),
        ("reason", &receipts.reason),
        ("at", &receipts.at),
        ("list", &receipts.list),
    ];
    for (name, text) in places {
        let pointer = format!("{place}/{name}");
        match text {
            _ if json => optional_pointer(&pointer, text, faults),
            Some(_) if name == "list" => faults.invalid(&pointer, "This belongs to json."),
            Some(text) => super::check::one_line(&pointer, text, 100, faults),
            None => {}
        }
    }
    if receipts.reference.is_none() && receipts.reference_parameter.is_none() && receipts.id.is_none() {
        faults.invalid(place, "One of reference, reference_parameter and id says of which message it is.");
    }
    receipts.reference_parameter.iter().for_each(|name| super::check::one_line(&format!("{place}/reference_parameter"), name, 100, faults));
    let named = [
        ("accepted", &receipts.accepted),
        ("delivered", &receipts.delivered),
        ("bounced_hard", &receipts.bounced_hard),
        ("bounced_soft", &receipts.bounced_soft),
        ("failed", &receipts.failed),
        ("opted_out", &receipts.opted_out),
    ];
    sets(place, &named, faults);
    if let Some(verify) = &receipts.verify {
        verified(verify, &receipts.media_type, secrets, faults);
    }
}

fn verified(verify: &GatewayVerify, media_type: &str, secrets: &BTreeMap<String, String>, faults: &mut Faults) {
    let place = "/gateway/receipts/verify";
    faults.word(&format!("{place}/scheme"), &verify.scheme, &["header", "hmac_sha256", "basic"]);
    verify.encoding.iter().for_each(|word| faults.word(&format!("{place}/encoding"), word, &["hex", "base64"]));
    known(&format!("{place}/secret"), &verify.secret, secrets, faults);
    let (signed, basic) = (verify.scheme == "hmac_sha256", verify.scheme == "basic");
    match &verify.header {
        Some(_) if basic => faults.invalid(format!("{place}/header"), "This does not belong to basic."),
        Some(name) => header(&format!("{place}/header"), name, faults),
        None if !basic => faults.invalid(format!("{place}/header"), "This field is required."),
        None => {}
    }
    for (name, there) in [("encoding", verify.encoding.is_some()), ("prefix", verify.prefix.is_some())] {
        if there && !signed {
            faults.invalid(format!("{place}/{name}"), "This belongs to hmac_sha256.");
        }
    }
    if signed && media_type == "query" {
        faults.invalid(format!("{place}/scheme"), "Parameters of an address have no body to sign.");
    }
}

/// Some value, and none with two meanings.
fn sets(place: &str, named: &[(&str, &Vec<String>)], faults: &mut Faults) {
    let mut seen = BTreeSet::new();
    for (name, values) in named {
        for (at, value) in values.iter().enumerate() {
            let pointer = format!("{place}/{name}/{at}");
            super::check::one_line(&pointer, value, 100, faults);
            if !seen.insert(value) {
                faults.invalid(&pointer, "This value has a meaning already.");
            }
        }
    }
    if seen.is_empty() {
        faults.invalid(place, "No value has a meaning.");
    }
}

fn optional_pointer(pointer: &str, text: &Option<String>, faults: &mut Faults) {
    if text.as_deref().is_some_and(|text| !is_pointer(text)) {
        faults.invalid(pointer, "This is no JSON pointer: it is empty or starts with a /.");
    }
}

fn literal(pointer: &str, text: &str, faults: &mut Faults) {
    if text.contains(['{', '}', '\n', ' ']) {
        faults.invalid(pointer, "This is written out, without templates or spaces.");
    }
}

fn known(pointer: &str, name: &str, secrets: &BTreeMap<String, String>, faults: &mut Faults) {
    if !secrets.contains_key(name) {
        faults.invalid(pointer, "There is no secret of this name under secrets.");
    }
}

/// Written for an example message, with and without an address for receipts.
fn tried(input: &GatewayInput, faults: &mut Faults) {
    let own = serde_json::to_value(input).unwrap_or_default();
    let Some(gateway) = Gateway::read(&own) else {
        return faults.invalid("/gateway", "This does not read as the description of a gateway.");
    };
    for facts in [SAMPLE, ANOTHER] {
        match write(&gateway, &facts) {
            Ok(written) => whole(&gateway, &facts, &written, faults),
            Err(list) => list.into_iter().for_each(|Fault { pointer, detail }| {
                faults.invalid(format!("/gateway{pointer}"), format!("The template gives nothing for an example message: {detail}."));
            }),
        }
        if !faults.is_empty() {
            return;
        }
    }
    if let Some(look_up) = &gateway.look_up {
        match look_up_url(look_up, &SAMPLE) {
            Ok(url) if !url.contains(SAMPLE.reference) && look_up.reference.is_none() => {
                faults.invalid("/gateway/look_up/url", "Neither the address nor the answer names {{ reference }}.");
            }
            Ok(_) => {}
            Err(detail) => faults.invalid("/gateway/look_up/url", format!("The template gives nothing for an example message: {detail}.")),
        }
    }
}

/// The number, the text, and our reference where it has to come back.
fn whole(gateway: &Gateway, facts: &Facts<'_>, written: &Written, faults: &mut Faults) {
    let mut all: Vec<String> = written.headers.iter().chain(&written.fields).map(|field| field.value.clone()).collect();
    written.body.iter().for_each(|body| texts(body, &mut all));
    let said = |what: &str| all.iter().any(|text| text.contains(what));
    let place = if gateway.media_type == "json" { "/gateway/body" } else { "/gateway/fields" };
    if !said(facts.to.trim_start_matches("+33")) {
        faults.invalid(place, "The number is nowhere in it: {{ to }}, {{ to_digits }} or {{ to_national }}.");
    }
    if !said(facts.text) {
        faults.invalid(place, "The text is nowhere in it: {{ text }}.");
    }
    let comes_back = gateway.look_up.is_some() || gateway.receipts.as_ref().is_some_and(|receipts| receipts.reference.is_some());
    if comes_back && !said(facts.reference) {
        faults.invalid(place, "Our reference is nowhere in it, but is asked for afterwards: {{ reference }}.");
    }
}

fn texts(value: &Value, all: &mut Vec<String>) {
    match value {
        Value::String(text) => all.push(text.clone()),
        Value::Number(number) => all.push(number.to_string()),
        Value::Array(list) => list.iter().for_each(|one| texts(one, all)),
        Value::Object(members) => members.values().for_each(|one| texts(one, all)),
        _ => {}
    }
}

/// The request that a description gives for `facts`, its secrets hidden; `None` when it gives none.
pub(super) fn preview(own: &Value, facts: &Facts<'_>) -> Option<GatewayRequestView> {
    let mut gateway = Gateway::read(own)?;
    gateway.secrets.values_mut().for_each(|secret| HIDDEN.clone_into(secret));
    let Written { headers, fields, body } = write(&gateway, facts).ok()?;
    let shown = |list: Vec<Field>| list.into_iter().map(|Field { name, value }| GatewayField { name, value });
    let auth = gateway.auth.as_ref().map(|auth| {
        let scheme = if auth.scheme == "basic" { "Basic" } else { "Bearer" };
        GatewayField { name: "Authorization".to_owned(), value: format!("{scheme} {HIDDEN}") }
    });
    let headers = shown(headers).chain(auth).collect();
    Some(GatewayRequestView {
        method: gateway.method().to_owned(),
        url: gateway.url.clone(),
        headers,
        fields: shown(fields).collect(),
        body,
    })
}
