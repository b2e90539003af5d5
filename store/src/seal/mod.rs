//! Secrets at rest. The operator's key (`RELANCE_SECRET_KEY`) opens data keys, which stand wrapped in the table
//! `data_keys`; a data key seals a secret for its tenant and row. So the operator's key can change without a
//! secret being sealed anew, and secrets can be sealed anew without the operator's key changing.

mod data_keys;
mod envelope;
mod rotate;

use std::{
    collections::BTreeMap,
    sync::{PoisonError, RwLock},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sea_orm::ConnectionTrait;
use sha2::Sha256;
use subtle::ConstantTimeEq;
use uuid::Uuid;

pub use self::rotate::{Resealing, Tally};
pub(crate) use self::{data_keys::Purpose, envelope::random};
use crate::StoreError;

/// A data key, unwrapped.
type DataKey = [u8; envelope::KEY];

/// Seals and opens secrets, and keeps fingerprints of those that need never be opened.
pub struct Cipher {
    master: DataKey,
    /// Data keys unwrapped before.
    known: RwLock<BTreeMap<Uuid, DataKey>>,
}

impl Cipher {
    /// A cipher over the operator's key; it opens nothing before the database has data keys.
    pub fn new(master: &[u8; 32]) -> Self {
        Self { master: *master, known: RwLock::default() }
    }

    /// Seals `secret` under the newest data key; only the same `place` (tenant + row) opens it again.
    pub(crate) async fn seal<C: ConnectionTrait>(&self, c: &C, place: &str, secret: &str) -> Result<String, StoreError> {
        let (id, key) = self.newest(c, Purpose::Seal).await?;
        Ok(format!("v2.{}.{}", id.simple(), envelope::close(&key, place, secret.as_bytes())?))
    }

    /// Opens what [`Cipher::seal`] sealed at the same place.
    pub(crate) async fn open<C: ConnectionTrait>(&self, c: &C, place: &str, sealed: &str) -> Result<String, StoreError> {
        let (id, closed) = parts(sealed, "v2.").ok_or(StoreError::Seal)?;
        let plain = envelope::open(&self.key(c, Purpose::Seal, id).await?, place, closed)?;
        String::from_utf8(plain).map_err(|_| StoreError::Seal)
    }

    /// A fingerprint of a secret of high entropy: HMAC-SHA256 under the newest pepper.
    pub(crate) async fn fingerprint<C: ConnectionTrait>(&self, c: &C, secret: &str) -> Result<String, StoreError> {
        let (id, pepper) = self.newest(c, Purpose::Pepper).await?;
        Ok(format!("h1.{}.{}", id.simple(), mac(&pepper, secret)))
    }

    /// Is this the secret of the fingerprint? Compared in constant time.
    pub(crate) async fn fits<C: ConnectionTrait>(&self, c: &C, fingerprint: &str, secret: &str) -> Result<bool, StoreError> {
        let Some((id, expected)) = parts(fingerprint, "h1.") else { return Ok(false) };
        let pepper = self.key(c, Purpose::Pepper, id).await?;
        Ok(bool::from(mac(&pepper, secret).as_bytes().ct_eq(expected.as_bytes())))
    }

    fn remember(&self, id: Uuid, key: DataKey) {
        self.known.write().unwrap_or_else(PoisonError::into_inner).insert(id, key);
    }

    fn remembered(&self, id: Uuid) -> Option<DataKey> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).get(&id).copied()
    }
}

fn mac(pepper: &DataKey, secret: &str) -> String {
    // HMAC takes keys of any length: this cannot fail
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(pepper) else { return String::new() };
    mac.update(secret.as_bytes());
    URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
}

/// Data key and rest of a text that names its data key.
fn parts<'a>(text: &'a str, version: &str) -> Option<(Uuid, &'a str)> {
    let (id, rest) = text.strip_prefix(version)?.split_once('.')?;
    Some((id.parse().ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_opens_only_at_its_place_and_with_its_key() {
        let (key, other) = ([7; 32], [8; 32]);
        let closed = envelope::close(&key, "ten_a/channels/email", b"hunter2").unwrap();
        assert_eq!(envelope::open(&key, "ten_a/channels/email", &closed).unwrap(), b"hunter2");
        assert!(envelope::open(&key, "ten_b/channels/email", &closed).is_err());
        assert!(envelope::open(&other, "ten_a/channels/email", &closed).is_err());
        assert_ne!(closed, envelope::close(&key, "ten_a/channels/email", b"hunter2").unwrap());
    }

    #[test]
    fn a_fingerprint_depends_on_the_pepper() {
        assert_eq!(mac(&[1; 32], "secret"), mac(&[1; 32], "secret"));
        assert_ne!(mac(&[1; 32], "secret"), mac(&[2; 32], "secret"));
        assert_ne!(mac(&[1; 32], "secret"), mac(&[1; 32], "secreT"));
    }
}
