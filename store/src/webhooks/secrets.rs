//! Signing secrets: 32 random bytes, sealed at rest, the newest first, old ones until their day.

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use relance_domain::ids::{EndpointId, TenantId};
use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};

use crate::{
    StoreError, json,
    seal::{self, Cipher},
    time::{instant, millis},
};

/// Secrets an endpoint may have at once; the oldest goes first.
const MOST: usize = 10;

/// A secret and until when it signs; the newest has no end.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Secret {
    secret: String,
    until_at: Option<i64>,
}

/// The secrets of one endpoint, opened.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Secrets(Vec<Secret>);

impl Secrets {
    /// Secrets of a new endpoint.
    pub fn generate() -> Result<Self, StoreError> {
        Ok(Self(vec![Secret { secret: random()?, until_at: None }]))
    }

    /// Opens what [`Secrets::seal`] wrote.
    pub async fn open<C: ConnectionTrait>(
        c: &C,
        cipher: &Cipher,
        tenant: TenantId,
        id: EndpointId,
        sealed: &str,
    ) -> Result<Self, StoreError> {
        json::read("webhook_endpoints", &cipher.open(c, &place(tenant, id), sealed).await?).map(Self)
    }

    /// Seals them for their row.
    pub async fn seal<C: ConnectionTrait>(&self, c: &C, cipher: &Cipher, tenant: TenantId, id: EndpointId) -> Result<String, StoreError> {
        cipher.seal(c, &place(tenant, id), &json::write("webhook_endpoints", &self.0)?).await
    }

    /// The newest: what is shown once.
    pub fn newest(&self) -> String {
        self.0.first().map(|secret| secret.secret.clone()).unwrap_or_default()
    }

    /// Those that sign at `now`, the newest first.
    pub fn valid(&self, now: DateTime<Utc>) -> Vec<String> {
        let valid = |secret: &&Secret| secret.until_at.is_none_or(|until| instant(until) > now);
        self.0.iter().filter(valid).map(|secret| secret.secret.clone()).collect()
    }

    /// Puts a new secret in front; those there sign until `old_until` at the latest.
    pub fn rotate(&mut self, now: DateTime<Utc>, old_until: DateTime<Utc>) -> Result<(), StoreError> {
        self.0.retain(|secret| secret.until_at.is_none_or(|until| instant(until) > now));
        for secret in &mut self.0 {
            secret.until_at = Some(secret.until_at.unwrap_or(i64::MAX).min(millis(old_until)));
        }
        self.0.retain(|secret| secret.until_at.is_some_and(|until| instant(until) > now));
        self.0.insert(0, Secret { secret: random()?, until_at: None });
        self.0.truncate(MOST);
        Ok(())
    }
}

fn random() -> Result<String, StoreError> {
    Ok(format!("whsec_{}", STANDARD.encode(seal::random::<32>()?)))
}

/// What the secrets of an endpoint are bound to.
pub(crate) fn place(tenant: TenantId, endpoint: EndpointId) -> String {
    format!("{tenant}/webhook_endpoints/{endpoint}")
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn an_old_secret_signs_until_its_day_and_no_longer() {
        let now = instant(1_796_083_200_000);
        let mut secrets = Secrets::generate().unwrap();
        let first = secrets.newest();
        secrets.rotate(now, now + TimeDelta::hours(24)).unwrap();
        let second = secrets.newest();
        assert_eq!(secrets.valid(now), [second.clone(), first]);
        assert_eq!(secrets.valid(now + TimeDelta::hours(24)), std::slice::from_ref(&second));
        secrets.rotate(now + TimeDelta::hours(1), now + TimeDelta::hours(1)).unwrap();
        assert_eq!(secrets.valid(now + TimeDelta::hours(1)).len(), 1);
        assert_ne!(secrets.newest(), second);
    }

    #[test]
    fn a_secret_is_32_random_bytes() {
        let secrets = Secrets::generate().unwrap();
        let bytes = STANDARD.decode(secrets.newest().strip_prefix("whsec_").unwrap()).unwrap();
        assert_eq!(bytes.len(), 32);
    }
}
