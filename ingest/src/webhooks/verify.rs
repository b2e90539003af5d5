//! Whether a delivery comes from who it says: over the raw bytes, before anything else is read.

#[cfg(test)]
mod tests;

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use relance_domain::connector::{ConnectorConfig, ConnectorKind, HmacConfig, SignatureEncoding};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// How far a signed instant may be from ours, in seconds.
const TOLERANCE: i64 = 300;
/// Signatures looked at in one header.
const MOST: usize = 16;

/// A delivery as it came.
pub struct Delivery<'a> {
    /// A header by its name in lower case.
    pub header: &'a dyn Fn(&str) -> Option<&'a str>,
    /// The token of the address.
    pub token: Option<&'a str>,
    /// The raw bytes.
    pub body: &'a [u8],
    /// Now, real time, in Unix seconds.
    pub now: i64,
}

/// Was the delivery made by somebody who knows one of `secrets`? Every failure is the same.
pub fn verify(kind: ConnectorKind, config: &ConnectorConfig, secrets: &[String], delivery: &Delivery<'_>) -> bool {
    let header = |name: &str| (delivery.header)(name).map(str::trim);
    match kind {
        ConnectorKind::Stripe => header("stripe-signature").is_some_and(|text| timed(text, secrets, delivery)),
        ConnectorKind::Qonto => header("x-qonto-signature").is_some_and(|text| timed(text, secrets, delivery)),
        ConnectorKind::Lago => header("x-lago-signature").is_some_and(|text| {
            // of the two ways Lago signs, only the shared secret: the other one says jwt
            let shared = header("x-lago-signature-algorithm").is_none_or(|word| word.eq_ignore_ascii_case("hmac"));
            shared && signed(secrets, &[delivery.body], from_base64(text).or_else(|| from_hex(text)))
        }),
        ConnectorKind::Shopify => over_body("x-shopify-hmac-sha256", SignatureEncoding::Base64, secrets, delivery),
        ConnectorKind::Xero => over_body("x-xero-signature", SignatureEncoding::Base64, secrets, delivery),
        ConnectorKind::Quickbooks => over_body("intuit-signature", SignatureEncoding::Base64, secrets, delivery),
        ConnectorKind::Gocardless => over_body("webhook-signature", SignatureEncoding::Hex, secrets, delivery),
        ConnectorKind::Chargebee if config.basic => header("authorization").is_some_and(|text| basic(text, secrets)),
        ConnectorKind::Chargebee | ConnectorKind::Plain => delivery.token.is_some_and(|token| same(secrets, token.as_bytes())),
        ConnectorKind::StandardWebhooks => standard(secrets, delivery),
        ConnectorKind::Hmac => config.hmac.as_ref().is_some_and(|how| settable(how, secrets, delivery)),
    }
}

/// One of the secrets signs `parts` as `signature` says; compared in constant time.
fn signed(secrets: &[String], parts: &[&[u8]], signature: Option<Vec<u8>>) -> bool {
    let Some(signature) = signature else { return false };
    secrets.iter().any(|secret| signed_by(secret.as_bytes(), parts, &signature))
}

fn signed_by(key: &[u8], parts: &[&[u8]], signature: &[u8]) -> bool {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return false };
    parts.iter().for_each(|part| mac.update(part));
    mac.verify_slice(signature).is_ok()
}

fn over_body(name: &str, encoding: SignatureEncoding, secrets: &[String], delivery: &Delivery<'_>) -> bool {
    (delivery.header)(name).is_some_and(|text| signed(secrets, &[delivery.body], decoded(encoding, text.trim())))
}

/// `t=1492774577,v1=5257a8…,v1=…,v0=…` over `t.body`: any good `v1` will do, `v0` counts for nothing.
fn timed(header: &str, secrets: &[String], delivery: &Delivery<'_>) -> bool {
    let fields = || header.split(',').filter_map(|field| field.trim().split_once('='));
    let Some((_, stamp)) = fields().find(|(name, _)| *name == "t") else { return false };
    let mut candidates = fields().filter(|(name, _)| *name == "v1").take(MOST);
    is_recent(stamp, delivery.now) && candidates.any(|(_, text)| signed(secrets, &[stamp.as_bytes(), b".", delivery.body], from_hex(text)))
}

fn is_recent(stamp: &str, now: i64) -> bool {
    stamp.parse::<i64>().is_ok_and(|at| now.saturating_sub(at).unsigned_abs() <= TOLERANCE.unsigned_abs())
}

/// Standard Webhooks, `v1,…` separated by spaces.
fn standard(secrets: &[String], delivery: &Delivery<'_>) -> bool {
    let header = |name: &str| (delivery.header)(name).map(str::trim);
    let (Some(id), Some(stamp), Some(list)) = (header("webhook-id"), header("webhook-timestamp"), header("webhook-signature")) else {
        return false;
    };
    let keys: Vec<Vec<u8>> = secrets.iter().filter_map(|secret| standard_key(secret)).collect();
    let parts: [&[u8]; 5] = [id.as_bytes(), b".", stamp.as_bytes(), b".", delivery.body];
    let mut candidates = list.split(' ').filter_map(|one| one.strip_prefix("v1,")).filter_map(from_base64).take(MOST);
    is_recent(stamp, delivery.now) && candidates.any(|signature| keys.iter().any(|key| signed_by(key, &parts, &signature)))
}

/// The key in a Standard Webhooks secret: `whsec_` and base64.
fn standard_key(secret: &str) -> Option<Vec<u8>> {
    from_base64(secret.strip_prefix("whsec_").unwrap_or(secret))
}

/// May this be a Standard Webhooks secret: `whsec_` and 24 to 64 bytes in base64?
pub fn is_standard_secret(secret: &str) -> bool {
    secret.starts_with("whsec_") && standard_key(secret).is_some_and(|key| (24..=64).contains(&key.len()))
}

fn settable(how: &HmacConfig, secrets: &[String], delivery: &Delivery<'_>) -> bool {
    let header = |name: &str| (delivery.header)(&name.to_ascii_lowercase()).map(str::trim);
    let Some(text) = header(&how.header) else { return false };
    let Some(text) = text.strip_prefix(how.prefix.as_deref().unwrap_or_default()) else { return false };
    let signature = decoded(how.encoding, text);
    match how.timestamp_header.as_deref() {
        None => signed(secrets, &[delivery.body], signature),
        Some(name) => header(name).is_some_and(|stamp| {
            is_recent(stamp, delivery.now) && signed(secrets, &[stamp.as_bytes(), b".", delivery.body], signature.clone())
        }),
    }
}

fn basic(header: &str, secrets: &[String]) -> bool {
    let Some((scheme, text)) = header.split_once(' ') else { return false };
    scheme.eq_ignore_ascii_case("basic") && from_base64(text.trim()).is_some_and(|given| same(secrets, &given))
}

/// Compares digests, so that not even the length shows.
fn same(secrets: &[String], given: &[u8]) -> bool {
    let given = Sha256::digest(given);
    secrets.iter().fold(false, |found, secret| found | bool::from(Sha256::digest(secret.as_bytes()).ct_eq(&given)))
}

fn decoded(encoding: SignatureEncoding, text: &str) -> Option<Vec<u8>> {
    match encoding {
        SignatureEncoding::Hex => from_hex(text),
        SignatureEncoding::Base64 => from_base64(text),
    }
}

fn from_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pairs = text.as_bytes().chunks(2);
    pairs.map(|pair| if let [high, low] = pair { Some(digit(*high)? << 4 | digit(*low)?) } else { None }).collect()
}
