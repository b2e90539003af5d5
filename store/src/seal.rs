//! Secrets at rest: AES-256-GCM, bound to the row they belong to.

use aes_gcm::{
    Aes256Gcm, KeyInit,
    aead::{Aead, Payload},
};
use base64::{Engine, engine::general_purpose::STANDARD};

use crate::StoreError;

/// Seals and opens secrets with the operator's key.
pub struct Cipher(Aes256Gcm);

impl Cipher {
    /// A cipher over 32 bytes.
    pub fn new(key: &[u8; 32]) -> Self {
        Self(Aes256Gcm::new(key.into()))
    }

    /// Seals `secret`; only the same `place` (tenant + row) opens it again.
    pub fn seal(&self, place: &str, secret: &str) -> Result<String, StoreError> {
        let mut nonce = [0_u8; 12];
        getrandom::fill(&mut nonce).map_err(|_| StoreError::Seal)?;
        let payload = Payload { msg: secret.as_bytes(), aad: place.as_bytes() };
        let sealed = self.0.encrypt(&nonce.into(), payload).map_err(|_| StoreError::Seal)?;
        Ok(format!("v1.{}.{}", STANDARD.encode(nonce), STANDARD.encode(sealed)))
    }

    /// Opens what [`Cipher::seal`] sealed at the same place.
    pub fn open(&self, place: &str, sealed: &str) -> Result<String, StoreError> {
        let mut parts = sealed.split('.');
        let (Some("v1"), Some(nonce), Some(body), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
            return Err(StoreError::Seal);
        };
        let nonce: [u8; 12] = STANDARD.decode(nonce).ok().and_then(|bytes| bytes.try_into().ok()).ok_or(StoreError::Seal)?;
        let body = STANDARD.decode(body).map_err(|_| StoreError::Seal)?;
        let payload = Payload { msg: &body, aad: place.as_bytes() };
        let plain = self.0.decrypt(&nonce.into(), payload).map_err(|_| StoreError::Seal)?;
        String::from_utf8(plain).map_err(|_| StoreError::Seal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_opens_only_at_its_place_and_with_its_key() {
        let cipher = Cipher::new(&[7; 32]);
        let sealed = cipher.seal("ten_a/channels/email", "hunter2").unwrap();
        assert_eq!(cipher.open("ten_a/channels/email", &sealed).unwrap(), "hunter2");
        assert!(cipher.open("ten_b/channels/email", &sealed).is_err());
        assert!(Cipher::new(&[8; 32]).open("ten_a/channels/email", &sealed).is_err());
        assert!(!sealed.contains("hunter2"));
    }
}
