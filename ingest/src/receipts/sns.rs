//! Amazon SNS over HTTPS: the envelope, its signature by a certificate that is fetched, and the confirmation.

use base64::{Engine, engine::general_purpose::STANDARD};
use ring::signature::{RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use serde_json::Value;
use url::Url;

use super::read::{text, word};

/// An SNS envelope; its message is JSON in a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Notification {
    /// The topic.
    pub topic: Option<String>,
    /// What is told.
    pub message: Value,
}

impl Notification {
    /// Reads an envelope; a message without one is taken as it is.
    pub(super) fn read(body: &Value) -> Option<Self> {
        let Some(message) = body.get("Message").and_then(Value::as_str) else {
            return Some(Self { topic: None, message: body.clone() });
        };
        let message = match word(body, "/Type") {
            "Notification" | "" => serde_json::from_str(message).ok()?,
            // a confirmation tells nothing of a message
            _ => Value::Array(Vec::new()),
        };
        Some(Self { topic: text(body, "/TopicArn"), message })
    }
}

/// Where the certificate of an envelope stands: at SNS itself, or nowhere.
pub fn certificate_url(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    at_sns(word(&body, "/SigningCertURL"))
}

/// Where a subscription to `topic` is confirmed; only of an envelope that was verified.
pub fn subscribe_url(body: &[u8], topic: &str) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let asks = word(&body, "/Type") == "SubscriptionConfirmation" && word(&body, "/TopicArn") == topic;
    asks.then(|| at_sns(word(&body, "/SubscribeURL"))).flatten()
}

fn at_sns(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let host = url.host_str()?;
    let region = host.strip_prefix("sns.")?.strip_suffix(".amazonaws.com")?;
    let plain = region.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    (url.scheme() == "https" && plain && !region.is_empty() && url.port().is_none()).then(|| url.to_string())
}

/// Does the certificate sign the envelope, and is it of this topic?
pub(super) fn verify(body: &[u8], topic: &str, certificate: &[u8]) -> bool {
    let Ok(body) = serde_json::from_slice::<Value>(body) else { return false };
    let Some(signature) = STANDARD.decode(word(&body, "/Signature")).ok().filter(|_| word(&body, "/TopicArn") == topic) else {
        return false;
    };
    let Some(key) = public_key(certificate) else { return false };
    let signed = canonical(&body);
    match word(&body, "/SignatureVersion") {
        "2" => UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key).verify(signed.as_bytes(), &signature).is_ok(),
        "1" => UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, key).verify(signed.as_bytes(), &signature).is_ok(),
        _ => false,
    }
}

/// Name and value on a line each, in SNS's order.
fn canonical(body: &Value) -> String {
    let names: &[&str] = match word(body, "/Type") {
        "Notification" => &["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"],
        _ => &["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"],
    };
    names.iter().filter_map(|name| Some(format!("{name}\n{}\n", body.get(name)?.as_str()?))).collect()
}

/// The RSA key of a certificate in PEM: the seventh member of its inner sequence, behind the version.
fn public_key(pem: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(pem).ok()?;
    let inner = text.split("-----BEGIN CERTIFICATE-----").nth(1)?.split("-----END CERTIFICATE-----").next()?;
    let der = STANDARD.decode(inner.split_whitespace().collect::<String>()).ok()?;
    let (_, certificate, _) = element(&der)?;
    let (_, mut rest, _) = element(certificate)?;
    let (tag, _, after) = element(rest)?;
    if tag == 0xa0 {
        rest = after; // the version
    }
    // serial number, algorithm, issuer, validity, subject
    for _ in 0..5 {
        rest = element(rest)?.2;
    }
    spki_key(rest)
}

/// The key inside a SubjectPublicKeyInfo: algorithm, then bits.
pub(super) fn spki_key(der: &[u8]) -> Option<Vec<u8>> {
    let (_, info, _) = element(der)?;
    let (_, _, bits) = element(info)?;
    let (tag, bits, _) = element(bits)?;
    // the first byte counts unused bits
    (tag == 0x03).then(|| bits.get(1..).map(<[u8]>::to_vec)).flatten()
}

/// Tag, content and what follows of a DER element.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = der.split_first()?;
    let (length, rest) = rest.split_first()?;
    let (length, rest) = match usize::from(*length) {
        short @ 0..=0x7f => (short, rest),
        long => {
            let (digits, rest) = rest.split_at_checked(long & 0x7f)?;
            let length = digits.iter().try_fold(0_usize, |sum, digit| sum.checked_mul(256)?.checked_add(usize::from(*digit)))?;
            (length, rest)
        }
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((*tag, content, rest))
}
