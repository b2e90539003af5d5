//! Standard Webhooks, scheme `v1`: HMAC-SHA256 over `id.timestamp.body`, one signature a secret.

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The value of `webhook-signature`: one `v1,…` for each of `secrets` (`whsec_` + base64), separated by
/// spaces. A secret that does not read signs nothing. `timestamp` in Unix seconds.
pub fn sign(secrets: &[String], id: &str, timestamp: i64, body: &[u8]) -> String {
    let one = |secret: &String| {
        let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap_or(secret)).ok()?;
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
        mac.update(format!("{id}.{timestamp}.").as_bytes());
        mac.update(body);
        Some(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
    };
    secrets.iter().filter_map(one).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    fn signed(secrets: &[&str], body: &str) -> String {
        let secrets: Vec<String> = secrets.iter().map(ToString::to_string).collect();
        sign(&secrets, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body.as_bytes())
    }

    #[test]
    fn the_vector_of_the_specification_comes_out() {
        assert_eq!(signed(&[SECRET], r#"{"test": 2432232314}"#), SIGNATURE);
    }

    #[test]
    fn one_flipped_byte_is_another_signature() {
        assert_ne!(signed(&[SECRET], r#"{"test": 2432232315}"#), SIGNATURE);
    }

    #[test]
    fn during_a_rotation_both_secrets_sign() {
        let both = signed(&["whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", SECRET], r#"{"test": 2432232314}"#);
        let parts: Vec<&str> = both.split(' ').collect();
        assert_eq!((parts.len(), parts[1]), (2, SIGNATURE));
        assert_eq!(signed(&["whsec_!"], "x"), "");
    }
}
