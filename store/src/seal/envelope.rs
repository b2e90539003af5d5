//! AES-256-GCM over short texts: a nonce and what it hides, bound to a place.

use aes_gcm::{
    Aes256Gcm, KeyInit,
    aead::{Aead, Payload},
};
use base64::{Engine, engine::general_purpose::STANDARD};

use crate::StoreError;

/// Bytes of every key here.
pub(super) const KEY: usize = 32;

/// Fresh random bytes.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], StoreError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| StoreError::Seal)?;
    Ok(bytes)
}

/// `nonce.body` in base64; only the same key and place open it.
pub(super) fn close(key: &[u8; KEY], place: &str, plain: &[u8]) -> Result<String, StoreError> {
    let nonce: [u8; 12] = random()?;
    let payload = Payload { msg: plain, aad: place.as_bytes() };
    let body = Aes256Gcm::new(key.into()).encrypt(&nonce.into(), payload).map_err(|_| StoreError::Seal)?;
    Ok(format!("{}.{}", STANDARD.encode(nonce), STANDARD.encode(body)))
}

/// What [`close`] closed.
pub(super) fn open(key: &[u8; KEY], place: &str, closed: &str) -> Result<Vec<u8>, StoreError> {
    let (nonce, body) = closed.split_once('.').ok_or(StoreError::Seal)?;
    let nonce: [u8; 12] = STANDARD.decode(nonce).ok().and_then(|bytes| bytes.try_into().ok()).ok_or(StoreError::Seal)?;
    let body = STANDARD.decode(body).map_err(|_| StoreError::Seal)?;
    let payload = Payload { msg: &body, aad: place.as_bytes() };
    Aes256Gcm::new(key.into()).decrypt(&nonce.into(), payload).map_err(|_| StoreError::Seal)
}
