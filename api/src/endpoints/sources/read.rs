//! What bodies say of a connector.

use relance_domain::connector::{ConnectorKind, HmacConfig, SignatureEncoding};
use relance_openapi::source::{BasicSettings, HmacSettings};
use relance_store::connectors;

use crate::{body::Faults, problem::Answer};

/// What customers may be.
const CUSTOMER_KINDS: &[&str] = &["business", "consumer", "public_body", "unknown"];
/// Longest secret.
const LONGEST: usize = 500;

/// A secret, and whether it was made here.
pub(super) struct Secret {
    pub text: String,
    pub ours: bool,
}

/// Reads what customers are unless the sender says.
pub(super) fn customer_kind(faults: &mut Faults, word: Option<&str>) {
    if word.is_some_and(|word| !CUSTOMER_KINDS.contains(&word)) {
        faults.invalid("/customer_kind", format!("This must be one of: {}.", CUSTOMER_KINDS.join(", ")));
    }
}

/// Reads where a signature stands.
pub(super) fn hmac(faults: &mut Faults, kind: ConnectorKind, settings: Option<HmacSettings>) -> Option<HmacConfig> {
    let Some(HmacSettings { header, encoding, prefix, timestamp_header }) = settings else {
        if kind == ConnectorKind::Hmac {
            faults.invalid("/hmac", "This kind needs to know where the signature stands.");
        }
        return None;
    };
    if kind != ConnectorKind::Hmac {
        faults.invalid("/hmac", "Only the kind hmac has these settings.");
    }
    let is_header = |text: &str| (1..=100).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    for (pointer, name) in [("/hmac/header", Some(&header)), ("/hmac/timestamp_header", timestamp_header.as_ref())] {
        if name.is_some_and(|name| !is_header(name)) {
            faults.invalid(pointer, "The name of a header has letters, digits and hyphens.");
        }
    }
    if prefix.as_ref().is_some_and(|text| text.len() > 40 || text.chars().any(char::is_control)) {
        faults.invalid("/hmac/prefix", "At most 40 characters.");
    }
    let encoding = match encoding.as_str() {
        "hex" => SignatureEncoding::Hex,
        "base64" => SignatureEncoding::Base64,
        _ => {
            faults.invalid("/hmac/encoding", "This must be one of: hex, base64.");
            return None;
        }
    };
    Some(HmacConfig { header, encoding, prefix: prefix.filter(|text| !text.is_empty()), timestamp_header })
}

/// Reads the secret of a connector, or makes one where that is ours to do. `basic`: the connector is verified by HTTP Basic.
///
/// # Errors
/// When the system gives no randomness.
pub(super) fn secret(
    faults: &mut Faults,
    kind: ConnectorKind,
    secret: Option<String>,
    basic: Option<BasicSettings>,
) -> Answer<Option<Secret>> {
    let given = |text: String| Some(Secret { text, ours: false });
    match (secret, basic) {
        (secret, Some(BasicSettings { username, password })) => {
            if kind != ConnectorKind::Chargebee || secret.is_some() {
                faults.invalid("/basic", "Only chargebee has HTTP Basic, and then no secret beside it.");
            }
            faults.text("/basic/username", &username, 200);
            faults.text("/basic/password", &password, 200);
            if username.contains(':') {
                faults.invalid("/basic/username", "A name in HTTP Basic has no colon.");
            }
            Ok(given(format!("{username}:{password}")))
        }
        (Some(text), None) => {
            faults.text("/secret", &text, LONGEST);
            if text.len() < 8 {
                faults.invalid("/secret", "A secret has 8 characters at least.");
            }
            if kind == ConnectorKind::StandardWebhooks && !relance_ingest::webhooks::is_standard_secret(&text) {
                faults.invalid("/secret", "A secret of Standard Webhooks is whsec_ and at least 24 bytes in base64.");
            }
            Ok(given(text))
        }
        (None, None) if kind == ConnectorKind::StandardWebhooks => Ok(Some(Secret { text: connectors::new_secret()?, ours: true })),
        (None, None) if kind.secret_is_ours() => Ok(Some(Secret { text: connectors::new_token()?, ours: true })),
        (None, None) => {
            faults.invalid("/secret", "This kind needs the secret that the sender shows.");
            Ok(None)
        }
    }
}
