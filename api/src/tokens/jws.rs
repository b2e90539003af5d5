//! Signed tokens (RFC 7519 in the compact form of RFC 7515): RS256, ES256 and EdDSA, nothing else. What signs decides
//! which algorithm is right; what the token says of itself must agree.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::signature::{ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey};
use serde::Deserialize;
use serde_json::{Map, Value};

/// Letters of a token at most.
const LONGEST: usize = 8 * 1024;

/// A token taken apart, not believed yet.
pub(super) struct Token<'a> {
    pub header: Header,
    pub claims: Map<String, Value>,
    signed: &'a str,
    signature: Vec<u8>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Header {
    alg: String,
    pub kid: Option<String>,
    /// Extensions that must be understood: we understand none.
    crit: Option<Value>,
}

impl<'a> Token<'a> {
    /// The parts of a token; `None` when it is none.
    pub fn read(text: &'a str) -> Option<Self> {
        if text.len() > LONGEST {
            return None;
        }
        let (signed, signature) = text.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).ok();
        let header: Header = serde_json::from_slice(&decode(header)?).ok()?;
        let claims = serde_json::from_slice(&decode(claims)?).ok()?;
        let known = matches!(header.alg.as_str(), "RS256" | "ES256" | "EdDSA") && header.crit.is_none();
        known.then_some(Self { header, claims, signed, signature: decode(signature)? })
    }

    /// Did this key sign it?
    pub fn is_signed_by(&self, key: &Key) -> bool {
        let message = self.signed.as_bytes();
        key.algorithm() == self.header.alg
            && match &key.material {
                Material::Rsa { n, e } => RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, message, &self.signature),
                Material::P256(point) => UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, &self.signature),
                Material::Ed25519(point) => UnparsedPublicKey::new(&ED25519, point).verify(message, &self.signature),
            }
            .is_ok()
    }
}

/// A key that signs tokens.
#[derive(Debug)]
pub(super) struct Key {
    pub kid: Option<String>,
    material: Material,
}

#[derive(Debug)]
enum Material {
    Rsa { n: Vec<u8>, e: Vec<u8> },
    P256(Vec<u8>),
    Ed25519(Vec<u8>),
}

/// A key as a set lists it (RFC 7517, RFC 7518, RFC 8037).
#[derive(Debug, Deserialize)]
pub(super) struct Listed {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    alg: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

impl Key {
    /// The key, if it is one that may sign tokens for us.
    pub fn of(listed: Listed) -> Option<Self> {
        let bytes = |text: &Option<String>| URL_SAFE_NO_PAD.decode(text.as_deref()?).ok();
        let material = match (listed.kty.as_str(), listed.crv.as_deref()) {
            ("RSA", _) => Material::Rsa { n: bytes(&listed.n)?, e: bytes(&listed.e)? },
            ("EC", Some("P-256")) => Material::P256([vec![4], bytes(&listed.x)?, bytes(&listed.y)?].concat()),
            ("OKP", Some("Ed25519")) => Material::Ed25519(bytes(&listed.x)?),
            _ => return None,
        };
        let key = Self { kid: listed.kid, material };
        let fits = listed.usage.is_none_or(|usage| usage == "sig") && listed.alg.is_none_or(|alg| alg == key.algorithm());
        fits.then_some(key)
    }

    fn algorithm(&self) -> &'static str {
        match self.material {
            Material::Rsa { .. } => "RS256",
            Material::P256(_) => "ES256",
            Material::Ed25519(_) => "EdDSA",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> Vec<Key> {
        let set: Value = serde_json::from_str(include_str!("samples/keys.json")).unwrap();
        set["keys"].as_array().unwrap().iter().filter_map(|key| Key::of(serde_json::from_value(key.clone()).unwrap())).collect()
    }

    /// Made with another library (Python's `cryptography`).
    fn sample(name: &str) -> String {
        let all: Value = serde_json::from_str(include_str!("samples/tokens.json")).unwrap();
        all[name].as_str().unwrap().to_owned()
    }

    fn signer(text: &str) -> Option<String> {
        let token = Token::read(text)?;
        keys().iter().find(|key| token.is_signed_by(key)).and_then(|key| key.kid.clone())
    }

    #[test]
    fn tokens_of_another_library_are_verified() {
        for (name, kid) in [("rs256", "r"), ("es256", "e"), ("eddsa", "d")] {
            assert_eq!(signer(&sample(name)).as_deref(), Some(kid), "{name}");
            let token = sample(name);
            let (signed, signature) = token.rsplit_once('.').unwrap();
            let other = if signature.starts_with('A') { "B" } else { "A" };
            assert_eq!(signer(&format!("{signed}.{other}{}", &signature[1..])), None, "{name}, its signature changed");
            assert_eq!(signer(&format!("{signed}.")), None, "{name}, unsigned");
        }
        assert_eq!(signer(&sample("rs256_of_1024_bits")), None);
    }

    #[test]
    fn a_token_that_names_no_algorithm_or_another_is_none() {
        let with = |header: &str| {
            let token = sample("rs256");
            let rest = token.split_once('.').unwrap().1.to_owned();
            format!("{}.{rest}", URL_SAFE_NO_PAD.encode(header))
        };
        for header in [r#"{"alg":"none"}"#, r#"{"alg":"HS256","kid":"r"}"#, r#"{"alg":"RS256","crit":["b64"]}"#, r#"{"kid":"r"}"#, "x"] {
            assert!(Token::read(&with(header)).is_none(), "{header}");
        }
        assert_eq!(signer(&with(r#"{"alg":"ES256","kid":"r"}"#)), None);
        for text in ["", "a.b", "a.b.c", &"x".repeat(10_000)] {
            assert!(Token::read(text).is_none());
        }
    }

    #[test]
    fn a_key_for_another_use_signs_nothing() {
        let listed = |text: &str| Key::of(serde_json::from_str(text).unwrap()).is_some();
        assert!(listed(r#"{"kty":"OKP","crv":"Ed25519","x":"AAAA"}"#));
        assert!(!listed(r#"{"kty":"OKP","crv":"Ed25519","x":"AAAA","use":"enc"}"#));
        assert!(!listed(r#"{"kty":"OKP","crv":"X25519","x":"AAAA"}"#));
        assert!(!listed(r#"{"kty":"oct","k":"AAAA"}"#));
        assert!(!listed(r#"{"kty":"RSA","n":"AAAA","e":"AQAB","alg":"RS512"}"#));
    }
}
