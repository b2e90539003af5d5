//! Receipts of a gateway that its settings describe.

use relance_domain::{
    connector::{ConnectorConfig, ConnectorKind, HmacConfig, SignatureEncoding},
    sending::{
        Receipt, ReceiptKind,
        gateway::{Gateway, Receipts, Verify, plain},
        without_addresses,
    },
};
use serde_json::{Map, Value};
use subtle::ConstantTimeEq;
use url::form_urlencoded;

use super::{
    Incoming,
    read::{at, key, ours},
    verify::knows,
};
use crate::webhooks::{self, Delivery};

/// Does the receipt show what the settings ask for? Where they ask for nothing, the address is the secret.
pub(super) fn verify(own: &Value, incoming: &Incoming<'_>) -> bool {
    let Some(gateway) = Gateway::read(own) else { return false };
    let Some(receipts) = &gateway.receipts else { return false };
    let Some(asked) = &receipts.verify else { return true };
    let Some(secret) = gateway.secrets.get(&asked.secret) else { return false };
    let header = || (incoming.header)(asked.header.as_deref()?.to_ascii_lowercase().as_str()).map(str::trim);
    match asked.scheme.as_str() {
        "basic" => knows(secret, incoming),
        "header" => header().is_some_and(|given| bool::from(given.as_bytes().ct_eq(secret.as_bytes()))),
        "hmac_sha256" => {
            let delivery = Delivery { header: incoming.header, token: None, body: incoming.body, now: incoming.now };
            let config = ConnectorConfig { hmac: signature(asked), ..ConnectorConfig::default() };
            webhooks::verify(ConnectorKind::Hmac, &config, std::slice::from_ref(secret), &delivery)
        }
        _ => false,
    }
}

/// Where the signature stands: as of a source's webhooks.
fn signature(asked: &Verify) -> Option<HmacConfig> {
    let encoding = if asked.encoding.as_deref() == Some("base64") { SignatureEncoding::Base64 } else { SignatureEncoding::Hex };
    Some(HmacConfig { header: asked.header.clone()?, encoding, prefix: asked.prefix.clone(), timestamp_header: None })
}

/// What it tells; `None` when it does not read as the settings say.
pub(super) fn parse(own: &Value, incoming: &Incoming<'_>) -> Option<Vec<Receipt>> {
    let receipts = Gateway::read(own)?.receipts?;
    let parameter = receipts.reference_parameter.as_deref();
    let in_address = parameter.and_then(|name| pairs(incoming.query.as_bytes()).get(name).and_then(plain));
    let list = match receipts.media_type.as_str() {
        "json" => listed(&receipts, serde_json::from_slice(incoming.body).ok()?)?,
        "form" => vec![Value::Object(pairs(incoming.body))],
        _ => vec![Value::Object(pairs(incoming.query.as_bytes()))],
    };
    // a list may hold other news too; a form or an address without a status is none
    let named = receipts.media_type == "json" || list.iter().all(|one| place(&receipts, one, &receipts.status).is_some());
    let reads = named && list.iter().all(Value::is_object);
    reads.then(|| list.iter().filter_map(|one| receipt(&receipts, one, in_address.clone())).collect())
}

/// One, or a list of them.
fn listed(receipts: &Receipts, body: Value) -> Option<Vec<Value>> {
    match receipts.list.as_deref().map_or(Some(&body), |pointer| body.pointer(pointer))? {
        Value::Array(list) => Some(list.clone()),
        one if receipts.list.is_none() => Some(vec![one.clone()]),
        _ => None,
    }
}

fn pairs(form: &[u8]) -> Map<String, Value> {
    form_urlencoded::parse(form).map(|(name, value)| (name.into_owned(), value.into_owned().into())).collect()
}

/// A JSON pointer in JSON, else the name of a field.
fn place<'a>(receipts: &Receipts, one: &'a Value, place: &str) -> Option<&'a Value> {
    if receipts.media_type == "json" { one.pointer(place) } else { one.get(place) }
}

fn receipt(receipts: &Receipts, one: &Value, in_address: Option<String>) -> Option<Receipt> {
    use ReceiptKind::{Accepted, Delivered, Failed, HardBounce, OptedOut, SoftBounce};
    let read = |at: &Option<String>| at.as_deref().and_then(|at| place(receipts, one, at)).and_then(plain);
    let status = place(receipts, one, &receipts.status).and_then(plain)?;
    let kinds = [Accepted, Delivered, HardBounce, SoftBounce, Failed, OptedOut];
    let sets = receipts.sets();
    let kind = sets.iter().zip(kinds).find(|((_, words), _)| words.contains(&status)).map(|(_, kind)| kind)?;
    let (reference, provider_id) = (ours(read(&receipts.reference)).or_else(|| ours(in_address)), read(&receipts.id));
    if reference.is_none() && provider_id.is_none() {
        return None;
    }
    let stamp = read(&receipts.at).unwrap_or_default();
    let parts = [reference.as_deref().unwrap_or_default(), provider_id.as_deref().unwrap_or_default(), &status, &stamp];
    Some(Receipt {
        dedupe_key: key(parts),
        kind,
        detail: read(&receipts.reason).map(|text| without_addresses(&text)),
        at: receipts.at.as_deref().and_then(|at| place(receipts, one, at)).and_then(instant),
        reference,
        provider_id,
    })
}

/// RFC 3339, Unix seconds or milliseconds; digits in a form are a number.
fn instant(value: &Value) -> Option<chrono::DateTime<chrono::Utc>> {
    let number = value.as_str().and_then(|text| text.parse::<i64>().ok()).map_or_else(|| value.clone(), Value::from);
    at(&number, "")
}
