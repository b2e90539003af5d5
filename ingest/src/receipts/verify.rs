//! Whether a receipt comes from the provider, the way each of them shows it. Providers that sign nothing are known
//! by the address, which nobody guesses, and by a password if the channel has one.

use base64::{Engine, engine::general_purpose::STANDARD};
use ring::{
    hmac,
    signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey},
};
use serde_json::Value;
use subtle::ConstantTimeEq;
use url::{Url, form_urlencoded};

use super::{Incoming, gateway, sns};
use crate::webhooks::{self, Delivery};
use relance_domain::connector::{ConnectorConfig, ConnectorKind};

/// How far a signed instant may be from ours, in seconds.
const TOLERANCE: i64 = 300;

/// Does the receipt come from the provider whose settings are `own`? Every failure is the same.
pub fn verify(provider: &str, own: &Value, incoming: &Incoming<'_>) -> bool {
    let setting = |name: &str| own.get(name).and_then(Value::as_str);
    match provider {
        "twilio" => setting("auth_token").is_some_and(|token| twilio(token, incoming)),
        "sendgrid" => setting("webhook_key").is_some_and(|key| sendgrid(key, incoming)),
        "ses" => match (setting("topic_arn"), incoming.certificate) {
            (Some(topic), Some(certificate)) => sns::verify(incoming.body, topic, certificate),
            _ => false,
        },
        "scaleway" => setting("topic_arn").is_none_or(|topic| {
            let body: Value = serde_json::from_slice(incoming.body).unwrap_or_default();
            body.get("TopicArn").and_then(Value::as_str) == Some(topic)
        }),
        "http" => setting("secret").is_none_or(|secret| {
            let delivery = Delivery { header: incoming.header, token: None, body: incoming.body, now: incoming.now };
            webhooks::verify(ConnectorKind::StandardWebhooks, &ConnectorConfig::default(), &[secret.to_owned()], &delivery)
        }),
        "gateway" => gateway::verify(own, incoming),
        // whoever may move a legal deadline shows who it is
        "merci_facteur" => setting("webhook_secret").is_some_and(|secret| {
            let given = (incoming.header)("x-mf-webhook-secret-key").unwrap_or_default();
            bool::from(given.as_bytes().ct_eq(secret.as_bytes()))
        }),
        "maileva" => setting("webhook_password").is_some_and(|password| knows(password, incoming)),
        "brevo" | "mailjet" | "postmark" => setting("webhook_password").is_none_or(|password| knows(password, incoming)),
        // of AR24 nothing is believed but that it is worth asking
        "ovh" | "smsmode" | "ar24" => true,
        _ => false,
    }
}

/// Basic authentication with this password, or a bearer token.
pub(super) fn knows(password: &str, incoming: &Incoming<'_>) -> bool {
    let Some(text) = (incoming.header)("authorization") else { return false };
    let same = |given: &[u8]| bool::from(given.ct_eq(password.as_bytes()));
    if let Some(token) = text.strip_prefix("Bearer ") {
        return same(token.trim().as_bytes());
    }
    let decoded = text.strip_prefix("Basic ").and_then(|text| STANDARD.decode(text.trim()).ok());
    let given = decoded.as_deref().and_then(|pair| pair.splitn(2, |byte| *byte == b':').nth(1));
    given.is_some_and(same)
}

/// HMAC-SHA1 over the address and the sorted fields; with and without the port, as Twilio's own library does.
fn twilio(token: &str, incoming: &Incoming<'_>) -> bool {
    let (Some(url), Some(given)) = (incoming.url, (incoming.header)("x-twilio-signature")) else { return false };
    let Ok(given) = STANDARD.decode(given.trim()) else { return false };
    let mut fields: Vec<(String, String)> = form_urlencoded::parse(incoming.body).into_owned().collect();
    fields.sort();
    let fields: String = fields.into_iter().map(|(name, value)| name + &value).collect();
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, token.as_bytes());
    addresses(url).iter().any(|url| hmac::verify(&key, format!("{url}{fields}").as_bytes(), &given).is_ok())
}

fn addresses(url: &str) -> Vec<String> {
    let mut all = vec![url.to_owned()];
    if let Ok(parsed) = Url::parse(url)
        && let (Some(host), Some(port)) = (parsed.host_str(), parsed.port_or_known_default())
    {
        let rest = url.split_once("://").and_then(|(_, rest)| rest.find('/').and_then(|at| rest.get(at..))).unwrap_or_default();
        all.push(format!("{}://{host}:{port}{rest}", parsed.scheme()));
        all.push(format!("{}://{host}{rest}", parsed.scheme()));
    }
    all
}

/// ECDSA over the time and the raw body.
fn sendgrid(key: &str, incoming: &Incoming<'_>) -> bool {
    let header = |name: &str| (incoming.header)(name).map(str::trim);
    let (Some(signature), Some(stamp)) =
        (header("x-twilio-email-event-webhook-signature"), header("x-twilio-email-event-webhook-timestamp"))
    else {
        return false;
    };
    let recent = stamp.parse::<i64>().is_ok_and(|at| incoming.now.saturating_sub(at).unsigned_abs() <= TOLERANCE.unsigned_abs());
    let (Some(point), Ok(signature)) = (point(key), STANDARD.decode(signature)) else { return false };
    let signed = [stamp.as_bytes(), incoming.body].concat();
    recent && UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(&signed, &signature).is_ok()
}

/// The point of a P-256 key as SendGrid shows it: base64 of its DER, or PEM.
fn point(key: &str) -> Option<Vec<u8>> {
    let bare: String = key.lines().filter(|line| !line.starts_with("-----")).flat_map(str::split_whitespace).collect();
    let point = sns::spki_key(&STANDARD.decode(bare).ok()?)?;
    (point.len() == 65).then_some(point)
}

/// Is this a public key as SendGrid shows it?
pub fn is_sendgrid_key(key: &str) -> bool {
    point(key).is_some()
}
